import http from 'node:http';
import https from 'node:https';

/** What came back of one request; `ok: false` where nothing did. */
export type HttpAnswer =
  | { ok: true; status: number; body: string; retryAfterSeconds: number | undefined }
  | { ok: false; detail: string };

/** Posts bodies over kept-alive connections. Never rejects. */
export interface HttpSender {
  post(body: Buffer, token: string): Promise<HttpAnswer>;
  close(): void;
}

/** Where to send, how long to wait and on how many connections. */
export interface HttpSenderOptions {
  url: URL;
  requestTimeoutMs: number;
  maxConnections: number;
}

/** Longest answer read; a problem document is far shorter. */
const maxAnswerBytes = 16 * 1024;

/** On `node:http`: its agent bounds the connections and keeps them, which `fetch` leaves to chance. */
export function createHttpSender({ url, requestTimeoutMs, maxConnections }: HttpSenderOptions): HttpSender {
  const transport = url.protocol === 'https:' ? https : http;
  const agent = new transport.Agent({ keepAlive: true, maxSockets: maxConnections, maxFreeSockets: maxConnections });
  const target = {
    method: 'POST',
    host: url.hostname.replace(/^\[|]$/g, ''),
    port: url.port,
    path: url.pathname,
    agent,
  };

  return {
    post(body, token) {
      return new Promise((resolve) => {
        const headers = {
          authorization: `Bearer ${token}`,
          'content-type': 'avro/binary',
          'content-length': body.length,
        };
        const request = transport.request({ ...target, headers }, (response) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > maxAnswerBytes) request.destroy(new Error('the answer is too long'));
            else chunks.push(chunk);
          });
          response.on('error', fail);
          response.on('end', () => {
            clearTimeout(timer);
            const retryAfter = Number(response.headers['retry-after']);
            resolve({
              ok: true,
              status: response.statusCode ?? 0,
              body: Buffer.concat(chunks).toString(),
              retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
            });
          });
        });
        const timer = setTimeout(() => request.destroy(new Error('no answer in time')), requestTimeoutMs);
        function fail(error: Error): void {
          clearTimeout(timer);
          resolve({ ok: false, detail: error.message });
        }
        request.on('error', fail);
        request.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}
