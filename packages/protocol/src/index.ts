export {
  type Checksum,
  type ChecksumKind,
  checksumKinds,
  formatChecksums,
  parseChecksums,
} from './checksum.ts';
export {
  type ControlCommand,
  type ControlParams,
  type ControlRequest,
  type ControlResult,
  controlCommands,
  type FolderCommand,
  type NodeCommand,
} from './control/commands.ts';
export type { FolderEvent } from './control/events.ts';
export type {
  FolderInfo,
  FolderPlan,
  FolderState,
  FolderStatus,
  FoldersStatus,
  PowerStatus,
  RateLimits,
  TransferRate,
} from './control/folder-status.ts';
export {
  type ControlMessage,
  type ControlProgress,
  controlMessage,
  type DaemonRecord,
  daemonRecord,
} from './control/messages.ts';
export { decodePath, encodePath } from './dav/encode-path.ts';
export { escapeXml } from './dav/escape-xml.ts';
export {
  davDeclarations,
  davScope,
  emptyElement,
  formatXml,
  type XmlScope,
} from './dav/format-xml.ts';
export {
  multistatusClose,
  multistatusOpen,
  propertyResponse,
  propstat,
  statusResponse,
} from './dav/multistatus.ts';
export { namespaces } from './dav/namespaces.ts';
export { type Depth, parseDepth, parseOverwrite } from './dav/parse-depth.ts';
export { parseDestination } from './dav/parse-destination.ts';
export { parseEtagList } from './dav/parse-etag-list.ts';
export { parseHttpDate } from './dav/parse-http-date.ts';
export { type IfCondition, type IfHeader, parseIfHeader } from './dav/parse-if-header.ts';
export { type LockInfo, parseLockinfo } from './dav/parse-lockinfo.ts';
export { type DavResponse, type MultistatusLimits, MultistatusReader } from './dav/parse-multistatus.ts';
export {
  type PropertyName,
  type PropfindRequest,
  parsePropfind,
  propertyNames,
} from './dav/parse-propfind.ts';
export { type PropertyInstruction, parseMkcol, parseProppatch } from './dav/parse-proppatch.ts';
export { parseRange, type RequestedRange } from './dav/parse-range.ts';
export {
  parseReport,
  parseSyncCollection,
  type SyncCollectionRequest,
} from './dav/parse-sync-collection.ts';
export { parseTimeout } from './dav/parse-timeout.ts';
export {
  childNamed,
  childrenNamed,
  parseXml,
  type XmlElement,
  type XmlLimits,
} from './dav/parse-xml.ts';
export { type ErrorCode, type ErrorRule, errorCodes, type Retry, ruleOf, textOf } from './error-codes.ts';
export {
  formatMtime,
  httpDate,
  type Mtime,
  mtimeFromMs,
  mtimeFromNs,
  parseMtime,
  sameMtime,
} from './mtime.ts';
export { defaultScopes, grantableScopes, parseScopes, type RouteScope, type Scope } from './scopes.ts';
export { generateToken, looksLikeToken, type TokenKind, tokenKinds } from './token-format.ts';
export {
  type BatchFailure,
  type BatchLimits,
  type BatchReadHeader,
  type BatchReadResult,
  type BatchWriteHeader,
  type BatchWriteResult,
  batchHeaderBytes,
  batchMediaType,
  formatBatchReadResult,
  formatBatchWrite,
  parseBatchRead,
  parseBatchReadResult,
  parseBatchWrite,
  parseBatchWriteResult,
} from './transfer/batch-messages.ts';
export { ChunkCutter, chunkSizes } from './transfer/chunk-cutter.ts';
export { chunkEntryBytes, chunksMediaType, type ListedChunk, parseChunks } from './transfer/chunk-list.ts';
export {
  type DeltaInstruction,
  type DeltaLimits,
  DeltaParser,
  deltaHead,
  deltaMediaType,
} from './transfer/delta-code.ts';
export {
  endOfFrames,
  type Frame,
  type FrameLimits,
  FrameParser,
  frameHead,
} from './transfer/frame-parser.ts';
