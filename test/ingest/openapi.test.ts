import { afterEach, describe, expect, it } from '@jest/globals';
import { answers, type ProblemCode, problems } from '../../ingest/outcomes.ts';
import { batchOf, startGateway, stopGateways } from './gateway-under-test.ts';

afterEach(stopGateways);

async function served() {
  const { url, gateway } = await startGateway();
  const response = await fetch(`${url}/openapi.json`);
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is looked at field by field
  const document: any = await response.json();
  return { response, document, built: await gateway.openApi() };
}

describe('the served description of the interface', () => {
  it('is OpenAPI 3.1 with one operation, behind the device token', async () => {
    const { response, document, built } = await served();
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(document).toEqual(JSON.parse(JSON.stringify(built)));
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(document.paths)).toEqual(['/v1/batches']);
    expect(document.paths['/v1/batches'].post.security).toEqual([{ device: [] }]);
    expect(document.components.securitySchemes.device).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  it('lists every status and every code that the gateway answers with', async () => {
    const { document } = await served();
    const { responses } = document.paths['/v1/batches'].post;
    const statuses = [...Object.values(answers), ...Object.values(problems)].map(({ status }) => String(status));
    expect(Object.keys(responses).sort()).toEqual([...new Set(statuses)].sort());
    for (const code of Object.keys(problems) as ProblemCode[]) {
      const { content } = responses[problems[code].status];
      expect(content['application/problem+json'].schema.properties.code.enum).toContain(code);
    }
  });

  it('describes the body in every content type, field for field', async () => {
    const { document } = await served();
    const { content } = document.paths['/v1/batches'].post.requestBody;
    expect(Object.keys(content).sort()).toEqual(['application/json', 'application/octet-stream', 'avro/binary']);
    const { schema } = content['application/json'];
    expect(Object.keys(schema.properties).sort()).toEqual(Object.keys(batchOf()).sort());
    expect(schema.properties.subject.pattern).toBe('^[0-9a-f]{32}$');
    expect(schema.properties.context.properties.inputRoute.enum).toContain('remote-desktop');
    expect(schema.properties.pointer.items.properties.dtMs).toMatchObject({
      type: 'array',
      items: { type: 'integer' },
    });
    expect(schema.properties.keystrokes.items.properties.pressPressMs.anyOf).toEqual([
      { type: 'null' },
      { type: 'integer' },
    ]);
  });

  it('refers to nothing that is not in it', async () => {
    const { document } = await served();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]*)"/g)].map(([, path]) => path ?? '');
    for (const path of references) {
      expect(path.split('/').reduce((node, name) => node?.[name], document)).toBeDefined();
    }
  });
});
