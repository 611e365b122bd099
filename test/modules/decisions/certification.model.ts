// The fixture of the AuthZEN certification scenario as gates and rules. Source: openid/authzen,
// certification/authorization-api-1_0-scenario.md (June 2026), "Required Fixture".
import type { RightsModel } from '../../../src/modules/decisions/rights-model.model.ts';

export const certificationModel: RightsModel = {
  resourceTypes: [
    {
      name: 'record',
      actions: ['read', 'write', 'delete'],
      attributes: { status: { type: 'text', source: 'request' } },
    },
  ],
  subjectAttributes: { role: { type: 'text' } },
  nodes: [],
  gates: [
    {
      id: 'records',
      types: ['record'],
      silence: 'deny',
      rules: [
        { id: 'readers', effect: 'permit', groups: ['readers'], actions: ['read'] },
        {
          id: 'writers',
          effect: 'permit',
          groups: ['writers'],
          actions: ['write'],
          when: { eq: [{ resource: 'status' }, { const: 'active' }] },
        },
        {
          id: 'archivists',
          effect: 'permit',
          actions: ['write'],
          when: {
            all: [
              { eq: [{ subject: 'role' }, { const: 'admin' }] },
              { eq: [{ resource: 'status' }, { const: 'archived' }] },
            ],
          },
        },
        {
          id: 'soft',
          effect: 'permit',
          groups: ['writers'],
          actions: ['delete'],
          when: { eq: [{ action: 'soft' }, { const: true }] },
        },
      ],
    },
  ],
};

export const certificationSubjects = [
  { id: 'alice', groups: [{ name: 'readers' }, { name: 'writers' }] },
  { id: 'bob', groups: [{ name: 'readers' }], attributes: [{ name: 'role', value: 'admin' }] },
];

export const certificationRecords = [
  { type: 'record', id: 'record-1', attributes: { status: 'active' } },
  { type: 'record', id: 'record-2', attributes: { status: 'archived' } },
];
