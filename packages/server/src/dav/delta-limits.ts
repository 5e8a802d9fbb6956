import type { DeltaLimits } from '@holdfast/protocol';

/** Of which size the versions are that deltas are taken for. Smaller files are better sent whole. */
export const deltaLimits: DeltaLimits = { minBytes: 1024 * 1024, maxBytes: 8 * 1024 ** 3 };
