import { AppError } from '@holdfast/base';
import type { BatchLimits, DeltaLimits } from '@holdfast/protocol';
import type { DavClient } from './dav-client.ts';
import { field } from './json-field.ts';
import { nameLimitsIn } from './name-limits.ts';
import { type PushSource, pushSourceIn } from './push-source.ts';
import type { NameLimits } from './remote.ts';
import { readText } from './transport.ts';

/** What the OCS surface of a server tells about itself and the account. */
export interface OcsFacts {
  /** The user id, which is not always the name used to sign in. */
  readonly userId: string;
  /** Chunked upload v2. */
  readonly chunking: boolean;
  readonly push: PushSource | undefined;
  readonly names: NameLimits | undefined;
  /** Most bytes of a chunk, and chunks at the same time, where the server says so. */
  readonly chunkLimits: ChunkLimits | undefined;
  /** Only our own nodes have it. */
  readonly holdfast:
    | {
        readonly instanceId: string;
        readonly epoch: string;
        readonly version: string;
        readonly batch: BatchLimits | undefined;
        readonly delta: DeltaLimits | undefined;
        /** Uploads of so many bytes can be taken up again; 0 for none. */
        readonly resumeMinBytes: number;
        /** Keeps symbolic links as such. */
        readonly links: boolean;
      }
    | undefined;
}

/** What one upload in chunks may use at most. */
export interface ChunkLimits {
  readonly max: number | undefined;
  readonly parallel: number | undefined;
}

/**
 * Reads capabilities and account (OCS v1, JSON); what only our own nodes have is left out with `common`.
 * @throws AppError `not-signed-in`, `server-answer-odd`.
 */
export async function readOcs(
  dav: DavClient,
  prefix: string,
  common: boolean,
  signal?: AbortSignal,
): Promise<OcsFacts> {
  const data = async (path: string) =>
    field(field(await getJson(dav, `${prefix}/ocs/v1.php/cloud/${path}`, signal), 'ocs'), 'data');
  const all = field(await data('capabilities'), 'capabilities');
  const capabilities = common ? { ...Object(all), holdfast: undefined } : all;
  const userId = text(field(await data('user'), 'id'));
  if (userId === undefined) throw odd();
  const own = field(capabilities, 'holdfast');
  const instanceId = text(field(own, 'instanceId'));
  const epoch = text(field(own, 'epoch'));
  return {
    userId,
    chunking: text(field(field(capabilities, 'dav'), 'chunking')) !== undefined,
    push: pushSourceIn(capabilities, prefix),
    names: nameLimitsIn(capabilities),
    chunkLimits: chunkLimitsOf(field(field(capabilities, 'files'), 'chunked_upload')),
    holdfast:
      instanceId === undefined || epoch === undefined
        ? undefined
        : {
            instanceId,
            epoch,
            version: text(field(own, 'version')) ?? '',
            batch: batchOf(field(own, 'batch')),
            delta: deltaOf(field(own, 'delta')),
            resumeMinBytes: count(field(field(own, 'resume'), 'minBytes')),
            links: field(own, 'links') === true,
          },
  };
}

/** The epoch of one of our nodes now; undefined when it is none any more. @throws AppError as `readOcs`. */
export async function readNodeEpoch(
  dav: DavClient,
  prefix: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const ocs = field(await getJson(dav, `${prefix}/ocs/v1.php/cloud/capabilities`, signal), 'ocs');
  return text(field(field(field(field(ocs, 'data'), 'capabilities'), 'holdfast'), 'epoch'));
}

async function getJson(dav: DavClient, path: string, signal: AbortSignal | undefined): Promise<unknown> {
  const response = await dav.request(`${path}?format=json`, {
    method: 'GET',
    headers: { 'ocs-apirequest': 'true', accept: 'application/json' },
    expect: [200],
    ...(signal ? { signal } : {}),
  });
  try {
    return JSON.parse(await readText(response, 4 * 1024 * 1024));
  } catch {
    throw odd();
  }
}

/** Whatever a server says, no batch takes more memory than this. */
const largestBatch: BatchLimits = { files: 2000, bytes: 16 * 1024 * 1024, fileBytes: 1024 * 1024 };

function batchOf(value: unknown): BatchLimits | undefined {
  const limit = (name: keyof BatchLimits) => Math.min(count(field(value, name)), largestBatch[name]);
  const [files, bytes, fileBytes] = [limit('files'), limit('bytes'), limit('fileBytes')];
  return files && bytes && fileBytes ? { files, bytes, fileBytes } : undefined;
}

function deltaOf(value: unknown): DeltaLimits | undefined {
  const [minBytes, maxBytes] = [count(field(value, 'minBytes')), count(field(value, 'maxBytes'))];
  return minBytes && maxBytes ? { minBytes, maxBytes } : undefined;
}

function chunkLimitsOf(value: unknown): ChunkLimits | undefined {
  const max = count(field(value, 'max_size')) || undefined;
  const parallel = count(field(value, 'max_parallel_count')) || undefined;
  return max === undefined && parallel === undefined ? undefined : { max, parallel };
}

/** A whole number of at least one; 0 for anything else. */
function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function odd(): AppError {
  return new AppError('server-answer-odd', { message: 'The server does not tell who is signed in.' });
}
