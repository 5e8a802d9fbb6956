export type { Credentials } from './dav-client.ts';
export { type OpenRemoteOptions, openRemote } from './open-remote.ts';
export { type ProbeOptions, probeServer, type ServerProbe } from './probe-server.ts';
export type {
  Download,
  Remote,
  RemoteChange,
  RemoteEntry,
  RemoteProfile,
  UploadOptions,
  UploadSource,
} from './remote.ts';
export type { OpenTextSocket, TextSocket } from './text-socket.ts';
export type {
  BatchDownload,
  BatchTransfers,
  BatchUpload,
  ContentChunk,
  DeltaPiece,
  DeltaTransfers,
} from './transfers.ts';
export {
  type Fetch,
  type FetchInit,
  type FetchResponse,
  platformFetch,
  type RequestBody,
} from './transport.ts';
