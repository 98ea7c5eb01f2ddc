import type { FastifySchema } from 'fastify';
import type { AvroNode } from '../schemas/avro-node.ts';
import { hexLogicalType, wordsOf } from '../schemas/avro-node.ts';
import { loadSchema } from '../schemas/stored-schemas.ts';
import { bodyFormats, contentTypes } from './batch-body.ts';
import { type AnswerCode, answers, type ProblemCode, problems } from './outcomes.ts';

type JsonSchema = Record<string, unknown>;

/** An Avro schema as JSON Schema of the JSON form: fixed bytes as hexadecimal digits, unions with null as nullable. */
export function jsonSchemaOf(node: AvroNode): JsonSchema {
  switch (node.kind) {
    case 'record':
      return {
        type: 'object',
        description: node.doc,
        additionalProperties: false,
        properties: Object.fromEntries(
          node.fields.map((field) => [field.name, { ...jsonSchemaOf(field.node), description: field.doc }]),
        ),
      };
    case 'array':
      return { type: 'array', items: jsonSchemaOf(node.items) };
    case 'enum':
      return { type: 'string', enum: [...wordsOf(node)] };
    case 'fixed':
      return node.logicalType === hexLogicalType
        ? { type: 'string', pattern: `^[0-9a-f]{${node.size * 2}}$` }
        : { type: 'string' };
    case 'union':
      return { anyOf: node.branches.map(jsonSchemaOf) };
    case 'int':
    case 'long':
      return { type: 'integer' };
    case 'float':
    case 'double':
      return { type: 'number' };
    case 'bytes':
    case 'string':
      return { type: 'string' };
    case 'null':
    case 'boolean':
      return { type: node.kind };
  }
}

/** What the document says of the interface as a whole. */
export const openApiInformation = {
  openapi: '3.1.0',
  info: {
    title: 'gaitkeeper ingest',
    version: '1',
    description: 'Where collectors send behaviour: timings and movement, never keys, text or position.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  components: {
    securitySchemes: {
      device: {
        type: 'http' as const,
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description:
          'A short-lived token of one device, signed with EdDSA or ES256. Claims: aud "gaitkeeper-ingest", sub (device id), ' +
          'subjects (ids of those who may use the device), tenant, iat, exp. Ids are 32 lower-case hexadecimal digits.',
      },
    },
  },
};

const retryAfterHeader = {
  'retry-after': { type: 'integer', description: 'Seconds to wait before the same request may succeed.' },
};

function answerSchema(code: AnswerCode): JsonSchema {
  return {
    description: answers[code].title,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          required: ['status', 'sequence'],
          properties: { status: { const: code }, sequence: { type: 'integer' } },
        },
      },
    },
  };
}

function problemSchema(status: number): JsonSchema {
  const codes = (Object.keys(problems) as ProblemCode[]).filter((code) => problems[code].status === status);
  return {
    description: codes.map((code) => `${code}: ${problems[code].title} ${problems[code].fix}`).join('\n\n'),
    ...(codes.some((code) => 'retryAfterSeconds' in problems[code]) ? { headers: retryAfterHeader } : {}),
    content: {
      'application/problem+json': {
        schema: {
          type: 'object',
          required: ['type', 'title', 'status', 'code', 'detail', 'fix'],
          properties: {
            type: { type: 'string', description: 'urn:gaitkeeper:problem: and the code.' },
            title: { type: 'string' },
            status: { const: status },
            code: { enum: codes },
            detail: { type: 'string', description: 'What exactly was wrong, with the field and its bound.' },
            fix: { type: 'string', description: 'The next thing to do.' },
          },
        },
      },
    },
  };
}

function responseSchemas(): Record<number, JsonSchema> {
  const statuses = new Set(Object.values(problems).map(({ status }) => status));
  return {
    ...Object.fromEntries(
      (Object.keys(answers) as AnswerCode[]).map((code) => [answers[code].status, answerSchema(code)]),
    ),
    ...Object.fromEntries([...statuses].map((status) => [status, problemSchema(status)])),
  };
}

function bodySchema(): JsonSchema {
  const newest = loadSchema('behaviour-batch').at(-1);
  if (newest === undefined) throw new Error('there is no schema of a batch');
  const json = jsonSchemaOf(newest.node);
  const avro = {
    type: 'string',
    format: 'binary',
    description: 'Avro of the schema gaitkeeper.BehaviourBatch in single-object (C3 01) or Confluent (00) framing.',
  };
  return {
    content: Object.fromEntries(
      contentTypes.map((type) => [type, { schema: bodyFormats[type] === 'json' ? json : avro }]),
    ),
  };
}

/** Describes `POST /v1/batches`: both formats of the body and every outcome. */
export function batchesRouteSchema(): FastifySchema {
  return {
    operationId: 'sendBatch',
    summary: 'Send one batch of behaviour.',
    description:
      'Answered 202 only after the broker has acknowledged the batch. Repeating a request is safe: device and sequence ' +
      'identify a batch. tenant, receivedAtMs and handling of the body are ignored; the gateway stamps them, rounds times to the grid (keystrokes 5 ms, ' +
      'pointer 4 ms) and sorts keystrokes.',
    security: [{ device: [] }],
    body: bodySchema(),
    response: responseSchemas(),
  };
}
