import { FEED_PARAMETERS } from '../feeds/article-filters.ts';

const TEXT = { type: 'string' };
const TIME = { type: 'string', format: 'date-time' };
const COUNT = { type: 'integer' };
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const opml = { content: { 'text/x-opml': { schema: TEXT } } };
const answer = (description: string, schema?: object) => ({ description, ...(schema && json(schema)) });
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ref('Problem') } },
});

const NO_SUCH_SOURCE = { 404: problem('There is no such source.') };
const WRONG = {
  413: problem('The body is too large.'),
  422: problem('What is wrong with it, entry by entry.'),
};
const WRONG_JSON = { 400: problem('The body is no JSON object.'), ...WRONG };
const SOURCE_ID = { name: 'id', in: 'path', required: true, schema: TEXT };

const PROFILES_BY_NAME = {
  type: 'object',
  description: 'The owner’s profiles of posts, by name.',
  additionalProperties: {
    type: 'object',
    required: ['keys'],
    properties: { like: TEXT, keys: { type: 'object', additionalProperties: true } },
  },
};

const VIEWS_BY_NAME = {
  type: 'object',
  description: 'The owner’s views, by name.',
  additionalProperties: ref('View'),
};

const ENTRY_FIELDS = {
  url: { ...TEXT, description: 'http(s)://… or rsshub://route' },
  title: TEXT,
  categories: { type: 'array', items: TEXT, description: 'A path, outermost first.' },
  poll: {
    description: 'Minutes between polls, or a range of them.',
    oneOf: [
      COUNT,
      { ...TEXT, examples: ['30m', '6h', '1d', '30m-12h'] },
      { type: 'object', required: ['floor', 'ceiling'], properties: { floor: COUNT, ceiling: COUNT } },
    ],
  },
  author: { enum: ['source', 'item'] },
  timezone: TEXT,
  fulltext: { type: 'boolean' },
};

const ENTRY_PATCH = {
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(ENTRY_FIELDS).map(([name, schema]) => [name, { anyOf: [schema, { type: 'null' }] }]),
  ),
};

/** The owner's calls in OpenAPI 3.1; a test holds it to the routes that there are. */
export const OPEN_API = {
  openapi: '3.1.0',
  info: { title: 'Tributary', version: '1', description: 'The owner’s calls. Errors are RFC 9457 problems.' },
  security: [{ owner: [] }],
  paths: {
    '/api/openapi.json': {
      get: { summary: 'This description', security: [], responses: { 200: answer('OpenAPI 3.1', {}) } },
    },
    '/api/sources': {
      get: {
        summary: 'All sources and how polling them goes',
        responses: {
          200: answer('The sources', {
            type: 'object',
            properties: {
              rsshub: { type: 'array', items: TEXT },
              sources: { type: 'array', items: ref('Source') },
              profiles: PROFILES_BY_NAME,
              views: VIEWS_BY_NAME,
            },
          }),
        },
      },
      post: {
        summary: 'Adds or changes one source, or imports a list',
        requestBody: { required: true, ...json({ oneOf: [ref('SourceEntry'), ref('SourceList')] }) },
        responses: {
          200: answer('A source that was there, or what the import changed', {
            oneOf: [ref('SourceEntry'), ref('ImportCounts')],
          }),
          201: answer('A new source', ref('SourceEntry')),
          ...WRONG_JSON,
        },
      },
    },
    '/api/sources/{id}': {
      parameters: [SOURCE_ID],
      get: {
        summary: 'One source',
        responses: { 200: answer('The source', ref('Source')), ...NO_SUCH_SOURCE },
      },
      patch: {
        summary: 'Changes the fields given; null takes one away (RFC 7396)',
        requestBody: { required: true, ...json(ENTRY_PATCH) },
        responses: {
          200: answer('The source as it is now', ref('SourceEntry')),
          ...NO_SUCH_SOURCE,
          409: problem('Another source is at that address.'),
          ...WRONG_JSON,
        },
      },
      delete: {
        summary: 'Removes a source and its articles',
        responses: { 204: answer('It is gone.'), ...NO_SUCH_SOURCE },
      },
    },
    '/api/sources/{id}/proposal': {
      parameters: [SOURCE_ID],
      delete: {
        summary: 'Refuses the address at which the source’s feed seems to be now',
        responses: { 204: answer('It is proposed no more.'), 404: problem('Nothing is proposed.') },
      },
    },
    '/api/sources/{id}/refresh': {
      parameters: [SOURCE_ID],
      post: {
        summary: 'Polls one source now',
        responses: { 202: answer('What was queued', ref('Queued')), ...NO_SUCH_SOURCE },
      },
    },
    '/api/articles/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: TEXT }],
      delete: {
        summary: 'Removes an article, which does not come back though its feed may show it still',
        responses: { 204: answer('It is gone.'), 404: problem('There is no such article.') },
      },
    },
    '/api/refresh': {
      post: {
        summary: 'Polls all sources now',
        responses: { 202: answer('What was queued', ref('Queued')) },
      },
    },
    '/api/views': {
      get: {
        summary: 'The owner’s views',
        responses: { 200: answer('The views', { type: 'object', properties: { views: VIEWS_BY_NAME } }) },
      },
    },
    '/api/views/{name}': {
      parameters: [{ name: 'name', in: 'path', required: true, schema: TEXT }],
      put: {
        summary: 'Adds a view, or puts another in its place',
        requestBody: { required: true, ...json(ref('View')) },
        responses: {
          200: answer('The view as it is now', ref('View')),
          201: answer('A new view', ref('View')),
          ...WRONG_JSON,
        },
      },
      delete: {
        summary: 'Removes a view; its feeds answer 410 from then on',
        responses: { 204: answer('It is gone.'), 404: problem('There is no such view.') },
      },
    },
    '/api/opml': {
      get: { summary: 'The list as OPML', responses: { 200: { description: 'OPML 2.0', ...opml } } },
      post: {
        summary: 'Imports OPML; its folders are category paths',
        parameters: [{ name: 'prune', in: 'query', schema: { enum: ['true'] } }],
        requestBody: { required: true, ...opml },
        responses: { 200: answer('What the import changed', ref('ImportCounts')), ...WRONG },
      },
    },
  },
  components: {
    securitySchemes: { owner: { type: 'http', scheme: 'bearer', description: 'ADMIN_TOKEN' } },
    schemas: {
      SourceEntry: { type: 'object', required: ['url'], properties: { id: TEXT, ...ENTRY_FIELDS } },
      SourceList: {
        type: 'object',
        required: ['sources'],
        properties: {
          rsshub: { type: 'array', items: TEXT },
          sources: { type: 'array', items: ref('SourceEntry') },
          views: VIEWS_BY_NAME,
          profiles: PROFILES_BY_NAME,
          prune: { type: 'boolean', description: 'Removes what is not listed.' },
        },
      },
      Source: {
        type: 'object',
        properties: {
          id: TEXT,
          ...ENTRY_FIELDS,
          state: { enum: ['waiting', 'ok', 'failing', 'paused'] },
          articles: COUNT,
          newestItemAt: TIME,
          itemsPerDay: { type: 'number', description: 'Of the last 30 days.' },
          feedTitle: TEXT,
          lastCheckedAt: TIME,
          lastSuccessAt: TIME,
          nextCheckAt: TIME,
          consecutiveFailures: COUNT,
          failure: {
            type: 'object',
            properties: {
              kind: TEXT,
              detail: TEXT,
              status: COUNT,
              proposedUrl: {
                ...TEXT,
                description: 'Where its feed was found; PATCH it as `url` to follow it.',
              },
              lookAgainAt: {
                ...TIME,
                description: 'When its feed is looked for again, where that was in vain.',
              },
              refusedUrls: { type: 'array', items: TEXT, description: 'Proposals that were refused.' },
              at: TIME,
              since: { ...TIME, description: 'When the first of the failures in a row was.' },
            },
          },
          brokenSince: { ...TIME, description: 'There while the source counts as broken.' },
          repairs: { type: 'array', items: TEXT, description: 'What had to be mended to read the feed.' },
        },
      },
      View: {
        type: 'object',
        description: 'Which articles it shows: of these sources, categories and tags, or of all.',
        properties: {
          title: TEXT,
          sources: { type: 'array', items: TEXT, description: 'Addresses or ids.' },
          categories: { type: 'array', items: { type: 'array', items: TEXT } },
          tags: { type: 'array', items: TEXT },
          ...Object.fromEntries(FEED_PARAMETERS.map((name) => [name, TEXT])),
        },
      },
      ImportCounts: {
        type: 'object',
        properties: { added: COUNT, updated: COUNT, removed: COUNT, unchanged: COUNT },
      },
      Queued: { type: 'object', properties: { queued: COUNT } },
      Problem: {
        type: 'object',
        properties: { title: TEXT, status: COUNT, detail: TEXT, problems: { type: 'array', items: {} } },
      },
    },
  },
};
