export type {
  Download,
  Remote,
  RemoteChange,
  RemoteEntry,
  RemoteProfile,
  UploadOptions,
  UploadSource,
} from './remote.ts';
