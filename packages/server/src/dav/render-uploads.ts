import {
  emptyElement,
  httpDate,
  mtimeFromMs,
  namespaces,
  type PropfindRequest,
  propertyResponse,
} from '@holdfast/protocol';
import { formatChunkNames } from './chunk-name.ts';
import type { UploadAddress } from './upload-address.ts';

/** A chunk as `Uploads.list` gives it. */
interface StoredChunk {
  readonly chunk: number;
  readonly size: number;
  readonly storedAt: number;
}

const usual = ['resourcetype', 'getcontentlength', 'getlastmodified'].map((name) => ({
  ns: namespaces.d,
  name,
}));

/** The `response` elements of an upload folder or of one chunk in it; a chunk that is not there gives none. */
export function renderUploads(
  { mount, transfer, part }: UploadAddress,
  chunks: readonly StoredChunk[],
  depth: '0' | '1',
  wanted: PropfindRequest,
): string {
  const names = wanted.kind === 'prop' ? wanted.names : usual;
  const base = transfer === undefined ? mount : `${mount}/${encodeURIComponent(transfer)}`;
  const respond = (href: string, values: Readonly<Record<string, string>>) => {
    let found = '';
    let missing = '';
    for (const { ns, name } of names) {
      const value = ns === namespaces.d && Object.hasOwn(values, name) ? values[name] : undefined;
      if (value === undefined) missing += emptyElement(ns, name);
      else
        found +=
          value === '' || wanted.kind === 'propname' ? `<d:${name}/>` : `<d:${name}>${value}</d:${name}>`;
    }
    return propertyResponse(href, found, wanted.kind === 'prop' ? missing : '');
  };
  const labels = formatChunkNames(chunks.map(({ chunk }) => chunk));
  const parts = chunks.map(({ size, storedAt }, index) => ({
    label: labels[index] ?? '',
    values: {
      resourcetype: '',
      getcontentlength: String(size),
      getlastmodified: httpDate(mtimeFromMs(storedAt)),
    },
  }));
  if (part !== undefined) {
    return parts
      .filter(({ label }) => Number(label) === Number(part))
      .map(({ values }) => respond(`${base}/${encodeURIComponent(part)}`, values))
      .join('');
  }
  const self = respond(`${base}/`, { resourcetype: '<d:collection/>' });
  if (depth === '0') return self;
  return self + parts.map(({ label, values }) => respond(`${base}/${label}`, values)).join('');
}
