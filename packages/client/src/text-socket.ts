/** A WebSocket that carries text, as far as this package needs one; the platform's own fits it. */
export interface TextSocket {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** Opens a WebSocket at an address (`ws:` or `wss:`). */
export type OpenTextSocket = (url: string) => TextSocket;

/** The platform's own `WebSocket`. */
export const platformSocket: OpenTextSocket = (url) => new WebSocket(url);
