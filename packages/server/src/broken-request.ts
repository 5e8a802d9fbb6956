import type { Socket } from 'node:net';
import { type ErrorCode, errorCodes } from '@holdfast/protocol';

const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'header-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** Answers what the parser could not make a request of, and ends the connection. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable || socket.bytesWritten > 0) {
    // An answer may be on its way on this connection; another one would be taken for a part of it.
    socket.destroy();
    return;
  }
  const rule = errorCodes[codes[error.code ?? ''] ?? 'bad-request'];
  const body = `${rule.text}\n`;
  socket.end(
    [
      `HTTP/1.1 ${rule.status} ${reasons[rule.status] ?? 'Bad Request'}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
      'X-Content-Type-Options: nosniff',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

const reasons: Readonly<Record<number, string>> = {
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};
