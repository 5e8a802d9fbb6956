const replacements: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const plain = /^[\t\n\r !#-%'-;=?-~]*$/;

/** Text for an element or a double-quoted attribute. Characters that XML 1.0 cannot hold become U+FFFD. */
export function escapeXml(text: string): string {
  // Most texts are plain: one look instead of two copies.
  if (plain.test(text)) return text;
  return text
    .replace(/[&<>"]/g, (character) => replacements[character] ?? character)
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}');
}
