const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Shorter texts are never kept as a part of another one. */
const shortest = 13;

/**
 * The same text, in memory of its own. A part of a long text, such as one value out of a listing, otherwise keeps
 * all of that in memory for as long as it is known itself.
 */
export function ownText(text: string): string {
  // A lone surrogate would not come through.
  return text.length < shortest || !text.isWellFormed() ? text : decoder.decode(encoder.encode(text));
}
