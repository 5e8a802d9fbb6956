import { AppError } from '@holdfast/base';

/**
 * The text of an XML body: UTF-16 when it starts with that byte order mark, UTF-8 otherwise.
 * @throws AppError `bad-xml` for bytes that are no text.
 */
export function decodeXml(bytes: Uint8Array): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('bad-xml', { message: 'The XML is not valid UTF-8.' }, { cause });
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
