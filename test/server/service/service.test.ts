import { checkPreview, checkProblems } from './checkService.ts';

const TASK = `//- web_taskdef.json
{ "family": "web", "containerDefinitions": [{ "name": "web", "image": "web:1" }] }
`;

describe('problems of a workload', () => {
  it('are none in a workload that is right', () =>
    checkProblems(
      `//- web_svcdef.json
{ "serviceName": "{{ name }}", "desiredCount": {{ count }} }
${TASK}//- web_input.json
{ "name": "web", "count": 2 }
`,
      [],
    ));

  it('mark a name that no input has', () =>
    checkProblems(
      `//- web_svcdef.json
{ "serviceName": "{{ $0naem$0 }}" }
${TASK}//- web_input.json
{ "name": "web" }
`,
      ['template.undefined-name'],
    ));

  it('mark a key that AWS does not know, and a value of the wrong type behind an expression', () =>
    checkProblems(
      `//- web_svcdef.json
{ "serviceName": "web", $0"desiredcount"$0: 1, "healthCheckGracePeriodSeconds": {{ $0grace$0 }} }
${TASK}//- web_input.json
{ "grace": "\\"soon\\"" }
`,
      ['schema.unknown-key', 'schema.wrong-type'],
    ));

  it('stay silent about names while the input file cannot be read as JSON', () =>
    checkProblems(
      `//- web_svcdef.json
{ "serviceName": "{{ name }}" }
${TASK}//- web_input.json
{ "name":
$0$0`,
      ['input.syntax'],
    ));

  it('mark the path of a referenced file that is missing or leaves the repository', () =>
    checkProblems(
      `//- dev/web_svcdef.json
{ "serviceName": "web", "taskDefinition": "web" }
//- dev/web_input.json
{ "ref": { "type": "JSON", "file": [$0"nowhere.json"$0, $0"../../etc/passwd"$0] } }
`,
      ['file.missing', 'file.outside'],
    ));
});

describe('the preview of a template', () => {
  it('shows what the template gives and where each value comes from', () =>
    checkPreview(
      `//- web_svcdef.json
{ "serviceName": "{{ name }}", "desiredCount": {{ count + 1 }} }
${TASK}//- web_input.json
{ "name": "web", "count": 2 }
`,
      {
        text: '{ "serviceName": "web", "desiredCount": 3 }',
        pieces: ['name => web', 'count + 1 => 3'],
      },
    ));

  it('masks sensitive values', () =>
    checkPreview(
      `//- web_svcdef.json
{ "serviceName": "web-{{ password }}", "taskDefinition": "{{ family }}" }
//- web_input.json
{ "ref": { "type": "TERRAFORM", "file": "out.json" } }
//- out.json
{ "password": { "value": "hunter2", "sensitive": true }, "family": { "value": "web", "sensitive": false } }
`,
      { text: '{ "serviceName": "web-(sensitive)", "taskDefinition": "web" }' },
    ));

  it('has no text where the template cannot be rendered to the end', () =>
    checkPreview(
      `//- web_svcdef.json
{ "serviceName": "{{ name" }
${TASK}//- web_input.json
{ "name": "web" }
`,
      { text: undefined, pieces: [] },
    ));
});
