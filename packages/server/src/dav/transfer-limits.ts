import type { BatchLimits, DeltaLimits } from '@holdfast/protocol';

/** What one batch may hold, up and down. Files that are larger gain nothing by sharing a request. */
export const batchLimits: BatchLimits = { files: 500, bytes: 4 * 1024 * 1024, fileBytes: 256 * 1024 };

/** Of which size the versions are that deltas are taken for. Smaller files are better sent whole. */
export const deltaLimits: DeltaLimits = { minBytes: 1024 * 1024, maxBytes: 8 * 1024 ** 3 };

/** Uploads of so many bytes are worth two requests more, to be taken up again where they broke off. */
export const resumeMinBytes = 32 * 1024 * 1024;
