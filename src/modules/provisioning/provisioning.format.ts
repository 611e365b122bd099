// What a declaration file may hold: the people's side of `mandaat apply`. Published as docs/schema/mandaat.schema.json.
// Absent means "leave as it is"; null means "make it empty". Passwords and client secrets never stand in a file.
import { z } from 'zod';
import { affiliationTypes } from '../affiliations/index.ts';
import { modelFormsSchema } from '../decisions/index.ts';
import { organisationSchemes } from '../organisations/index.ts';
import { personLanguages } from '../people/index.ts';

/** Codes that look like numbers may be written without quotes. */
const textOrNumber = (pattern: RegExp, error: string) =>
  z.union([z.string().regex(pattern), z.int().nonnegative()], { error }).transform(String);
const code = () => textOrNumber(/^[A-Za-z0-9._-]{1,64}$/, 'code_format');
/** No hyphen: a role value may put one between right and context. */
const rightCode = () => textOrNumber(/^[A-Za-z0-9._]{1,64}$/, 'right_code_format');
const userName = () =>
  textOrNumber(/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/, 'user_name_format').transform((text) =>
    text.toLowerCase(),
  );
const identifier = () => textOrNumber(/^.{1,64}$/, 'identifier_format');
const mail = () =>
  z
    .string()
    .max(254)
    .regex(/^\S+@\S+$/, 'invalid_mail');
const text = (maximum: number) => z.string().max(maximum).regex(/\S/, 'required');

const names = z
  .strictObject({ en: text(200), nl: text(200), fr: text(200), de: text(200) })
  .partial()
  .refine((given) => Object.keys(given).length > 0, 'names_empty')
  .meta({ id: 'Names', description: 'The same text by language; at least one.' });
const descriptions = z
  .strictObject({ en: text(2000), nl: text(2000), fr: text(2000), de: text(2000) })
  .partial()
  .meta({ id: 'Descriptions' });

const instantOrDay = z
  .string()
  .regex(
    /^(\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?|today([+-]\d{1,5}d)?)$/,
    'invalid_date',
  )
  .meta({
    id: 'When',
    description:
      'A day (2027-01-31) in the time zone of the site, or an instant with its offset (2027-01-31T12:00:00+01:00). ' +
      'Where something ends, the day itself is included. "today+30d" is for demonstrations only.',
  });
const period = {
  from: instantOrDay.optional().describe('First day. Default for something new: the moment of applying.'),
  until: instantOrDay
    .nullable()
    .optional()
    .describe('Last day, included. Absent or null for something new: no end.'),
};

export const targetGroupFormat = z
  .strictObject({
    code: code(),
    names: names.optional().describe('Needed for a new one.'),
    identifierScheme: z
      .enum(organisationSchemes)
      .optional()
      .describe('By what number its organisations are known; needed for a new one.'),
    affiliationRules: z
      .partialRecord(
        z.enum(affiliationTypes),
        z.strictObject({
          mandatory: z.array(z.enum(['unit', 'function', 'contactMail', 'until'])).optional(),
          maxPeriodDays: z.int().positive().optional(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'TargetGroup', description: 'A kind of organisation with rules of its own.' });

export const organisationFormat = z
  .strictObject({
    code: code(),
    name: text(200).optional().describe('Needed for a new one.'),
    names: names.optional().describe('The name in other languages.'),
    targetGroup: code().optional().describe('Code of the target group; needed for a new organisation.'),
    parent: code().nullable().optional().describe('Code of the organisation above it.'),
    identifiers: z.partialRecord(z.enum(organisationSchemes), identifier()).optional(),
    contactMail: mail().nullable().optional(),
    attributes: z.record(z.string().max(64), z.union([z.string().max(500), z.number()])).optional(),
    ...period,
  })
  .meta({ id: 'Organisation' });

export const unitFormat = z
  .strictObject({
    organisation: code(),
    code: code(),
    name: text(200).optional().describe('Needed for a new one.'),
    parent: code().nullable().optional().describe('Code of the unit above it, in the same organisation.'),
    ...period,
  })
  .meta({ id: 'Unit', description: 'A department inside an organisation.' });

export const personFormat = z
  .strictObject({
    userName: userName(),
    givenName: text(100).optional(),
    familyName: text(100).optional(),
    mail: mail().optional(),
    language: z.enum(personLanguages).optional(),
    identifiers: z
      .strictObject({ rrn: identifier(), staff: identifier() })
      .partial()
      .optional()
      .describe('Stored sealed; never shown in the plan. A staff number is written <organisation>:<number>.'),
    invite: z.boolean().optional().describe('Send an invitation when the person is new.'),
    ...period,
  })
  .meta({ id: 'Person', description: 'A human, once. Names and mail address are needed for a new person.' });

export const affiliationFormat = z
  .strictObject({
    person: userName(),
    organisation: code(),
    type: z.enum(affiliationTypes),
    unit: code().nullable().optional(),
    function: text(100).nullable().optional(),
    contactMail: mail().nullable().optional(),
    ...period,
  })
  .meta({
    id: 'Affiliation',
    description: 'The link between a person and an organisation that carries every right.',
  });

const clientFormat = z
  .strictObject({
    id: textOrNumber(/^[A-Za-z0-9._~-]{1,128}$/, 'client_id_format'),
    name: text(200).optional().describe('Needed for a new one.'),
    metadata: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'OpenID Connect client metadata (RFC 7591 names), without client_id and client_secret; all of it. Needed for a new one.',
      ),
    claimsIn: z
      .strictObject({
        idToken: z.boolean(),
        userinfo: z.boolean(),
        accessToken: z.boolean(),
        introspection: z.boolean(),
      })
      .partial()
      .optional()
      .describe('Where roles are told. Default: everywhere.'),
    pkceRequired: z.boolean().optional(),
  })
  .meta({ id: 'Client' });

const contextFormat = z
  .strictObject({
    code: code(),
    names,
    kind: z.enum(['list', 'text', 'unit']),
    required: z.boolean().optional(),
    many: z.boolean().optional(),
    pattern: z
      .string()
      .max(200)
      .nullable()
      .optional()
      .describe('For kind text: what the whole value must match.'),
    options: z
      .array(z.strictObject({ code: code(), names }))
      .max(2000)
      .optional()
      .describe(
        'For kind list: all of them, in order. One that is no longer given is withdrawn, never deleted.',
      ),
  })
  .meta({ id: 'Context', description: 'A refinement of a right: a department, a journal, a module.' });

const rightFormat = z
  .strictObject({
    code: rightCode(),
    names: names.optional().describe('Needed for a new one.'),
    descriptions: descriptions.optional(),
    contexts: z.array(contextFormat).max(50).optional().describe('All of them, in order.'),
    ...period,
  })
  .meta({ id: 'Right' });

export const applicationFormat = z
  .strictObject({
    code: code(),
    names: names.optional().describe('Needed for a new one.'),
    descriptions: descriptions.optional(),
    owner: code().optional().describe('Code of the organisation that owns it; needed for a new one.'),
    homeUrl: z
      .url({ protocol: /^https?$/, error: 'invalid_url' })
      .nullable()
      .optional(),
    contactMail: mail().nullable().optional(),
    roleTemplate: text(100)
      .optional()
      .describe('{right}, {right}:{context} or {right}-{context}:{organisation}'),
    roleClaim: text(64).optional(),
    clients: z.array(clientFormat).max(200).optional(),
    rights: z.array(rightFormat).max(2000).optional(),
    ...period,
  })
  .meta({ id: 'Application' });

export const offerFormat = z
  .strictObject({
    application: code(),
    rights: z.array(rightCode()).min(1).max(2000).describe('Codes of the rights that may be handed out.'),
    targetGroup: code().optional(),
    organisation: code().optional(),
    maxPeriodDays: z.int().positive().nullable().optional(),
    maxUntil: instantOrDay.nullable().optional(),
    ...period,
  })
  .refine((offer) => (offer.targetGroup === undefined) !== (offer.organisation === undefined), {
    error: 'offer_one_receiver',
  })
  .meta({ id: 'Offer', description: 'To either a target group or an organisation.' });

export const administrationFormat = z
  .strictObject({
    person: userName(),
    kind: z.enum(['operator', 'auditor', 'application_owner', 'head', 'local']),
    organisation: code()
      .optional()
      .describe('What is administered: for head, local, and an auditor of one organisation.'),
    includesSubtree: z.boolean().optional(),
    application: code().optional().describe('For an application owner.'),
    worksFor: code()
      .optional()
      .describe('Organisation of the affiliation it rests on. Default: organisation.'),
    ...period,
  })
  .meta({ id: 'Administration' });

export const assignmentFormat = z
  .strictObject({
    person: userName(),
    organisation: code(),
    type: z.enum(affiliationTypes).optional().describe('Which affiliation, when there is more than one.'),
    unit: code().optional().describe('Which affiliation, when there is more than one.'),
    application: code(),
    right: rightCode(),
    contexts: z
      .record(
        z.string(),
        z.union([identifier(), z.array(identifier()).max(500)]).transform((given) => [given].flat()),
      )
      .optional(),
    reason: text(500).optional(),
    ...period,
  })
  .meta({ id: 'Assignment', description: 'A right for a person, for a period.' });

export const rightsModelFormat = z
  .strictObject({
    application: code(),
    document: modelFormsSchema,
    publish: z
      .boolean()
      .default(true)
      .describe('false: it stays a draft, for its owner to look at and publish in the portal.'),
    note: text(500).optional().describe('Remark with a version that is published.'),
    replaces: z
      .int()
      .nonnegative()
      .optional()
      .describe('Refused unless this version is valid by now; 0: none. Default: whichever is.'),
  })
  .meta({ id: 'RightsModel', description: 'What the decision point of an application answers by.' });

/** The nouns of a file, in the order in which they are applied: what others refer to comes first. */
export const formats = {
  targetGroups: targetGroupFormat,
  organisations: organisationFormat,
  units: unitFormat,
  people: personFormat,
  affiliations: affiliationFormat,
  applications: applicationFormat,
  offers: offerFormat,
  administrations: administrationFormat,
  assignments: assignmentFormat,
  rightsModels: rightsModelFormat,
} as const;

export type Noun = keyof typeof formats;
export const nouns = Object.keys(formats) as Noun[];
/** What a declaration of this noun is after parsing. */
export type DeclaredValue<N extends Noun> = z.output<(typeof formats)[N]>;

/** As it is written: the document of a rights model may stand in a file of its own, which the reader puts in its place. */
const written = {
  ...formats,
  rightsModels: rightsModelFormat.extend({
    document: z
      .union([z.string(), modelFormsSchema])
      .describe('The document of docs/rights-models.md, or the file that holds it, relative to this one.'),
  }),
} as const;

/** A whole file. */
export const fileFormat = z
  .strictObject({
    $schema: z.string().optional(),
    include: z.array(z.string()).optional().describe('Other files, relative to this one: YAML, JSON or CSV.'),
    ...(Object.fromEntries(nouns.map((noun) => [noun, z.array(written[noun]).optional()])) as {
      [N in Noun]: z.ZodOptional<z.ZodArray<(typeof written)[N]>>;
    }),
  })
  .meta({ title: 'Mandaat declarations', description: 'What `mandaat plan` and `mandaat apply` read.' });
