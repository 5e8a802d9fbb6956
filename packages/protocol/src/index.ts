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
} from './control/commands.ts';
export {
  type ControlMessage,
  type ControlProgress,
  controlMessage,
  type DaemonRecord,
  daemonRecord,
} from './control/messages.ts';
export { decodePath, encodePath } from './dav/encode-path.ts';
export { escapeXml } from './dav/escape-xml.ts';
export { namespaces } from './dav/namespaces.ts';
export {
  childNamed,
  childrenNamed,
  parseXml,
  type XmlElement,
  type XmlLimits,
} from './dav/parse-xml.ts';
export { type ErrorCode, type ErrorRule, errorCodes, type Retry, ruleOf } from './error-codes.ts';
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
