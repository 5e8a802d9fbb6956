import type { DeltaLimits } from '@holdfast/protocol';

/** Of which size the versions are that deltas are taken for. Smaller files are better sent whole. */
export const deltaLimits: DeltaLimits = { minBytes: 1024 * 1024, maxBytes: 8 * 1024 ** 3 };

/** Uploads of so many bytes are worth two requests more, to be taken up again where they broke off. */
export const resumeMinBytes = 32 * 1024 * 1024;
