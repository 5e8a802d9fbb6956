import { AppError } from '@holdfast/base';
import { SaxesParser } from 'saxes';
import { namespaces } from './namespaces.ts';

/** One `response` of a multistatus (RFC 4918 §14.24). */
export interface DavResponse {
  /** As the server wrote it. */
  readonly href: string;
  /** Of a response without properties, such as a member that is gone (RFC 6578 §3.5); otherwise undefined. */
  readonly status: number | undefined;
  /**
   * Properties that were found (propstat 2xx), by `{namespace}name`: the text, with that of child elements, a
   * space between two of them. An empty property is `''`.
   */
  readonly props: ReadonlyMap<string, string>;
  /** `resourcetype` names a collection. */
  readonly isCollection: boolean;
}

/** How much of a multistatus is read before it is refused. */
export interface MultistatusLimits {
  readonly maxDepth: number;
  readonly maxResponses: number;
  /** Characters of one href or property. */
  readonly maxText: number;
}

const defaultLimits: MultistatusLimits = { maxDepth: 32, maxResponses: 10_000_000, maxText: 256 * 1024 };

const dav = (name: string) => `{${namespaces.d}}${name}`;
const names = {
  multistatus: dav('multistatus'),
  response: dav('response'),
  href: dav('href'),
  status: dav('status'),
  propstat: dav('propstat'),
  prop: dav('prop'),
  resourcetype: dav('resourcetype'),
  collection: dav('collection'),
  syncToken: dav('sync-token'),
  node: `{${namespaces.hf}}node`,
};

/**
 * Reads a multistatus as it arrives, without building a tree: `write` every piece of text, take what is complete
 * from `take`, then `close`. No DOCTYPE, no entities beyond the five of XML.
 */
export class MultistatusReader {
  readonly #parser = new SaxesParser({ xmlns: true });
  readonly #limits: MultistatusLimits;
  readonly #path: string[] = [];
  #done: DavResponse[] = [];
  #responses = 0;
  #complete = false;
  #text = '';
  #href = '';
  #status: number | undefined;
  #props = new Map<string, string>();
  #isCollection = false;
  /** Of the propstat that is open; its status may come before or after its properties. */
  #found = new Map<string, string>();
  #foundCollection = false;
  #foundStatus: number | undefined;
  /** `DAV:sync-token` of the whole answer (RFC 6578 §6.4). */
  syncToken: string | undefined;

  constructor(limits: Partial<MultistatusLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
    this.#parser.on('doctype', () => refuse('A DOCTYPE is not allowed.'));
    this.#parser.on('error', (error) => refuse(error.message));
    this.#parser.on('opentag', (tag) => this.#open(`{${tag.uri}}${tag.local}`));
    this.#parser.on('text', (text) => this.#add(text));
    this.#parser.on('cdata', (text) => this.#add(text));
    this.#parser.on('closetag', () => this.#close());
  }

  /** @throws AppError `bad-xml` when it is not well-formed, no multistatus, or beyond the limits. */
  write(text: string): void {
    this.#parser.write(text);
  }

  /** The responses that are complete and were not taken yet. */
  take(): DavResponse[] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  /** Tells that nothing more comes. @throws AppError `bad-xml` when the document is not complete. */
  close(): void {
    this.#parser.close();
    if (!this.#complete) refuse('The XML ends too early.');
  }

  #open(name: string): void {
    const depth = this.#path.push(name);
    if (depth > this.#limits.maxDepth) refuse('The XML is nested too deeply.');
    if (depth === 1 && name !== names.multistatus) refuse('This is no multistatus.');
    if (depth === 2 && name === names.response) this.#startResponse();
    else if (depth === 3 && name === names.propstat) this.#startPropstat();
    else if (depth > 5 && this.#path[4] === names.resourcetype) {
      if (depth === 6 && name === names.collection) this.#foundCollection = true;
    }
    // Text of a property's children is joined; everything else begins anew.
    if (depth <= 5) this.#text = '';
    else if (this.#text !== '') this.#text += ' ';
  }

  #add(text: string): void {
    if (this.#path.length < 2) return;
    this.#text += text;
    if (this.#text.length > this.#limits.maxText) refuse('A value is too long.');
  }

  #close(): void {
    const depth = this.#path.length;
    const name = this.#path.pop() ?? '';
    const parent = this.#path.at(-1);
    if (depth === 1) this.#complete = true;
    else if (depth === 2 && name === names.response) this.#endResponse();
    else if (depth === 2 && name === names.syncToken) this.syncToken = this.#text.trim();
    else if (depth === 3 && name === names.href) this.#href ||= this.#text.trim();
    else if (depth === 3 && name === names.status) this.#status = statusOf(this.#text);
    else if (depth === 3 && name === names.node) this.#props.set(name, this.#text.trim());
    else if (depth === 3 && name === names.propstat) this.#endPropstat();
    else if (depth === 4 && name === names.status && parent === names.propstat) {
      this.#foundStatus = statusOf(this.#text);
    } else if (depth === 5 && parent === names.prop) this.#found.set(name, this.#text.trim());
  }

  #startResponse(): void {
    if (++this.#responses > this.#limits.maxResponses) refuse('The listing is too long.');
    this.#href = '';
    this.#status = undefined;
    this.#props = new Map();
    this.#isCollection = false;
  }

  #endResponse(): void {
    if (this.#href === '') refuse('A response has no href.');
    this.#done.push({
      href: this.#href,
      status: this.#status,
      props: this.#props,
      isCollection: this.#isCollection,
    });
  }

  #startPropstat(): void {
    this.#found = new Map();
    this.#foundCollection = false;
    this.#foundStatus = undefined;
  }

  #endPropstat(): void {
    if (this.#foundStatus === undefined) refuse('A propstat has no status.');
    else if (this.#foundStatus >= 200 && this.#foundStatus < 300) {
      for (const [name, value] of this.#found) this.#props.set(name, value);
      if (this.#foundCollection) this.#isCollection = true;
    }
  }
}

/** The number in `HTTP/1.1 207 Multi-Status` (RFC 9112 §4). */
function statusOf(text: string): number {
  const match = /^\s*HTTP\/\d(?:\.\d)?\s+(\d{3})\b/i.exec(text);
  return match ? Number(match[1]) : refuse('A status is malformed.');
}

function refuse(message: string): never {
  throw new AppError('bad-xml', { message });
}
