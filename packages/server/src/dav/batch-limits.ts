import type { BatchLimits } from '@holdfast/protocol';

/** What one batch may hold, up and down. Files that are larger gain nothing by sharing a request. */
export const batchLimits: BatchLimits = { files: 500, bytes: 4 * 1024 * 1024, fileBytes: 256 * 1024 };
