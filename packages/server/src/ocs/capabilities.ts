import type { Files } from '@holdfast/files';
import { batchLimits, deltaLimits, resumeMinBytes } from '../dav/transfer-limits.ts';
import { product } from '../product-version.ts';
import { eventsPath } from '../push/register-events.ts';
import { notifyPushPaths } from '../push/register-notify-push.ts';
import type { ServerSettings } from '../server-settings.ts';
import type { OcsValue } from './render-ocs.ts';
import { survivesBulkUpload } from './survives-bulk-upload.ts';

/** What this node can do, as OCS clients read it; `address` is its own. Only what is built is named. */
export function capabilitiesFor(
  parts: { files: Pick<Files, 'identity'>; settings: ServerSettings },
  userAgent: string,
  address: string,
): OcsValue {
  const { major, minor, micro, string } = product.dialect;
  return {
    version: { major, minor, micro, string, edition: '', extendedSupport: false },
    capabilities: {
      core: {
        pollinterval: 60,
        'webdav-root': 'remote.php/webdav',
        'reference-api': false,
        'mod-rewrite-working': true,
      },
      dav: { chunking: '1.0', ...(survivesBulkUpload(userAgent) ? { bulkupload: '1.0' } : {}) },
      files: {
        bigfilechunking: true,
        blacklisted_files: [],
        forbidden_filenames: [],
        forbidden_filename_basenames: [],
        forbidden_filename_characters: ['/'],
        forbidden_filename_extensions: [],
        chunked_upload: { max_size: 100 * 1024 * 1024, max_parallel_count: 4 },
      },
      checksums: { supportedTypes: ['SHA1', 'MD5', 'SHA256'], preferredUploadType: 'SHA1' },
      notify_push: {
        type: ['files'],
        endpoints: {
          websocket: address.replace(/^http/, 'ws') + notifyPushPaths.socket,
          pre_auth: address + notifyPushPaths.preAuth,
        },
      },
      theming: { name: product.name, color: '#0b6e69', 'color-text': '#ffffff' },
      holdfast: {
        instanceId: parts.files.identity.instanceId,
        epoch: parts.files.identity.epoch,
        version: product.version,
        feed: true,
        links: true,
        events: { path: eventsPath, heartbeatSeconds: Math.ceil(parts.settings.limits.heartbeatMs / 1000) },
        batch: { ...batchLimits },
        delta: { ...deltaLimits },
        resume: { minBytes: resumeMinBytes },
      },
    },
  };
}
