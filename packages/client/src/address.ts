import { AppError, namesOf, type TreePath } from '@holdfast/base';
import { decodePath, encodePath } from '@holdfast/protocol';

/** Where a folder lies on a server: turns tree paths into encoded address paths and back. */
export class FolderAddress {
  /** Encoded, without a slash at the end; `''` for the top of the server. */
  readonly base: string;
  readonly #names: readonly string[];
  /** Some servers encode their hrefs twice; seen at the href of a folder whose name shows it. */
  #doubled = false;

  constructor(base: string) {
    this.base = base.replace(/\/+$/, '');
    this.#names = namesOf(decodePath(this.base));
  }

  /** The address path of an entry; folders end with a slash (RFC 4918 §5.2). */
  of(path: TreePath, kind?: 'file' | 'folder'): string {
    const at = path === '' ? this.base : `${this.base}/${encodePath(path)}`;
    return path === '' || kind === 'folder' ? `${at}/` : at;
  }

  /**
   * The tree path of an href in an answer to a request for the folder at `asked`. Absolute paths, whole URLs
   * (their host does not count: proxies get it wrong) and relative references are understood.
   * @throws AppError `listing-doubtful` when it does not lie within the folder.
   */
  pathOf(href: string, asked: TreePath): TreePath {
    const names = this.#decode(href, asked);
    if (names.length < this.#names.length || this.#names.some((name, index) => name !== names[index])) {
      throw doubtful('The listing names something outside the folder.');
    }
    return names.slice(this.#names.length).join('/');
  }

  /** As `pathOf`, for the href of the asked folder itself, where double encoding can be told. */
  isSelf(href: string, asked: TreePath): boolean {
    const wanted = [...this.#names, ...namesOf(asked)].join('/');
    if (this.#decode(href, asked).join('/') === wanted) return true;
    if (this.#doubled) return false;
    this.#doubled = true;
    if (this.#decode(href, asked).join('/') === wanted) return true;
    this.#doubled = false;
    return false;
  }

  #decode(href: string, asked: TreePath): string[] {
    try {
      const path = decodePath(this.#absolute(href, asked));
      return namesOf(this.#doubled ? decodePath(path) : path);
    } catch (cause) {
      throw new AppError(
        'listing-doubtful',
        { message: 'The listing has an address that is not valid.' },
        { cause },
      );
    }
  }

  #absolute(href: string, asked: TreePath): string {
    const whole = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(href);
    if (whole) return whole[1] ?? '';
    const path = href.replace(/[?#].*$/s, '');
    if (path.startsWith('/')) return path;
    return `${this.of(asked, 'folder')}${path.replace(/^(?:\.\/)+/, '').replace(/^\.$/, '')}`;
  }
}

function doubtful(message: string): AppError {
  return new AppError('listing-doubtful', { message });
}
