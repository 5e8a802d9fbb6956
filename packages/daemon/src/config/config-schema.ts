import { z } from 'zod';
import { isLoopback, parseListenAddress } from './listen-address.ts';

/** A switch; from the environment and from flags it comes as text. */
const onOff = z.preprocess(
  (value) => (value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value),
  z.boolean({ error: 'must be true or false' }),
);
const number = (min: number, max: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
    z
      .number({ error: `must be a number from ${min} to ${max}` })
      .min(min, `must be at least ${min}`)
      .max(max, `must be at most ${max}`),
  );
const words = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value),
  z.array(z.string(), { error: 'must be a list' }),
);
const path = z.string({ error: 'must be a path' }).min(1, 'must not be empty');
const listen = z.string({ error: 'must look like 127.0.0.1:8484' }).transform((text, context) => {
  const address = parseListenAddress(text);
  if (address) return address;
  context.addIssue({ code: 'custom', message: `"${text}" is no address; it must look like 127.0.0.1:8484` });
  return z.NEVER;
});

/** Every setting there is, with what it means. Secrets are never settings: they are named by file. */
export const configSchema = z
  .strictObject({
    data: path.describe('Folder with everything the node keeps.'),
    http: z
      .strictObject({
        listen: listen
          .prefault('127.0.0.1:8484')
          .describe('Address and port to listen on; port 0 takes any.'),
        allowPlainHttp: onOff
          .default(false)
          .describe('Allow HTTP without TLS on other addresses than loopback: passwords travel readable.'),
        tlsCert: path.optional().describe('File with the certificate chain (PEM).'),
        tlsKey: path.optional().describe('File with the private key of the certificate (PEM).'),
        publicUrl: z
          .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
          .optional()
          .describe('Address that people use from outside, where a proxy stands in front.'),
        trustProxy: words
          .prefault([])
          .describe('Addresses and ranges of proxies whose X-Forwarded headers count.'),
        passwordLogin: onOff
          .default(true)
          .describe('Accept the account password over HTTP Basic; false: app tokens only.'),
      })
      .prefault({}),
    limits: z
      .strictObject({
        maxUploadBytes: number(1, Number.MAX_SAFE_INTEGER)
          .optional()
          .describe('Largest file or chunk of one request.'),
        maxXmlBytes: number(1024, 64 * 1024 * 1024)
          .default(1024 * 1024)
          .describe('Largest XML or JSON body of a request.'),
        idleSeconds: number(1, 3600)
          .default(60)
          .describe('How long a transfer may stand still before it is cut off.'),
      })
      .prefault({}),
    store: z
      .strictObject({
        gcEveryHours: number(0.01, 24 * 365)
          .default(24)
          .describe('How often content that nothing refers to any more is removed.'),
        gcGraceHours: number(0, 24 * 365)
          .default(24)
          .describe('How old such content must be before it is removed.'),
      })
      .prefault({}),
    log: z
      .strictObject({
        level: z
          .enum(['debug', 'info', 'warn', 'error'], { error: 'must be debug, info, warn or error' })
          .default('info')
          .describe(
            'Least important kind of message to log. Where nothing is said, `run` on a terminal takes warn.',
          ),
        format: z
          .enum(['auto', 'json', 'text'], { error: 'must be auto, json or text' })
          .default('auto')
          .describe('Form of the log on stderr; auto is text on a terminal and JSON lines elsewhere.'),
      })
      .prefault({}),
  })
  .superRefine((config, context) => {
    const { http } = config;
    if ((http.tlsCert === undefined) !== (http.tlsKey === undefined)) {
      const missing = http.tlsCert === undefined ? 'tlsCert' : 'tlsKey';
      context.addIssue({
        code: 'custom',
        path: ['http', missing],
        message: 'is missing: TLS needs the certificate and its key',
      });
    }
    if (http.tlsCert === undefined && !http.allowPlainHttp && !isLoopback(http.listen.host)) {
      context.addIssue({
        code: 'custom',
        path: ['http', 'listen'],
        message: `plain HTTP on ${http.listen.host} would send passwords readable. Give http.tlsCert and http.tlsKey (--tls-cert, --tls-key), or listen on 127.0.0.1 behind a proxy, or allow it with --allow-plain-http`,
      });
    }
  });

/** The settings as they hold for one process. Frozen. */
export type Config = z.output<typeof configSchema>;
