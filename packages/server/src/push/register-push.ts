import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { ServerParts } from '../server-parts.ts';
import { PushHub } from './push-hub.ts';
import { registerEvents } from './register-events.ts';
import { notifyPushPaths, registerNotifyPush } from './register-notify-push.ts';
import { wantsWebSocket } from './upgrades.ts';

/** Both ways to hear of changes at once. All connections end when the server closes. */
export function registerPush(app: FastifyInstance, parts: ServerParts): void {
  const hub = new PushHub({ ...parts, limits: parts.settings.limits });
  app.addHook('preClose', (done) => {
    hub[Symbol.dispose]();
    done();
  });
  registerEvents(app, hub, parts.identity);
  registerNotifyPush(app, hub, parts);
}

/** Whether a request may change its protocol. */
export function isPushUpgrade(request: IncomingMessage): boolean {
  return wantsWebSocket(request, notifyPushPaths.socket);
}
