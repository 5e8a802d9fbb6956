/** What the product calls itself, and the generation of the dialect that clients should take it for. */
export const product = {
  name: 'Holdfast',
  version: '0.1.0',
  /** Foreign clients refuse or warn about generations they do not know; this one they all do. */
  dialect: { major: 31, minor: 0, micro: 2, string: '31.0.2', full: '31.0.2.1' },
} as const;
