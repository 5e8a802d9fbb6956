import { describe, expect, it } from 'vitest';
import { errorOfResponse } from './error-of-response.ts';
import type { FetchResponse } from './transport.ts';

const facts = { method: 'PUT', address: 'https://example.test/dav/a.txt', now: 0 };

function answer(status: number, body: string, type = ''): FetchResponse {
  return {
    status,
    headers: { get: (name) => (name === 'content-type' && type !== '' ? type : null) },
    body: (async function* () {
      yield new TextEncoder().encode(body);
    })(),
  };
}

const davError = (inner: string) =>
  `<?xml version="1.0"?><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">${inner}</d:error>`;

async function said(body: string, type?: string): Promise<unknown> {
  return (await errorOfResponse(answer(507, body, type), facts)).details.said;
}

describe('the error of an answer', () => {
  it('tells method, address, status, and what the server has said', async () => {
    const body = davError('<s:exception>X</s:exception><s:message>No space\n left.</s:message>');
    const error = await errorOfResponse(answer(507, body, 'application/xml'), facts);
    expect(error).toMatchObject({
      code: 'quota-exceeded',
      details: { ...{ method: 'PUT', address: facts.address, status: 507 }, said: 'No space left.' },
    });
    expect(error.details.statusText).toBe('Insufficient Storage');
    // The sentence for people stays our own.
    expect(error.details.message).toBeUndefined();
  });

  it('reads plain texts and JSON, and no pages', async () => {
    expect(await said('quota\r\nreached \n', 'text/plain; charset=utf-8')).toBe('quota reached');
    expect(await said('{"message":"too much"}', 'application/json')).toBe('too much');
    expect(await said('{"message":"too much"}', 'application/problem+json')).toBe('too much');
    expect(await said('<html><body>507</body></html>', 'text/html')).toBeUndefined();
    expect(await said('{"message":1}', 'application/json')).toBeUndefined();
    expect(await said('[]', 'application/json')).toBeUndefined();
    expect(await said('null', 'application/json')).toBeUndefined();
    expect(await said('{', 'application/json')).toBeUndefined();
    expect(await said(davError('<s:message> </s:message>'), 'application/xml')).toBeUndefined();
    expect(await said('', 'text/plain')).toBeUndefined();
  });

  it('S21 lets no control characters through and cuts what is long', async () => {
    expect(await said('a\u001b[31mb\u0000\u202ec', 'text/plain')).toBe('a [31mb c');
    expect(String(await said('x'.repeat(10_000), 'text/plain'))).toHaveLength(300);
  });

  it('knows a status without a phrase', async () => {
    const error = await errorOfResponse(answer(599, ''), facts);
    expect(error).toMatchObject({ code: 'server-answer-odd', details: { status: 599 } });
    expect(error.details).not.toHaveProperty('statusText');
  });
});
