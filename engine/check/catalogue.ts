/**
 * Every code that a finding can have, with its documentation: what `docs/rules.md` is made of, and what severity
 * settings may name. The semantic rules document themselves; what the other checks find is described here.
 */

import type { Documentation } from './rule.ts';
import { RULE_DOCUMENTATION } from './rules/index.ts';

const error = (title: string, about: string): Documentation => ({ severity: 'error', title, about });
const warning = (title: string, about: string): Documentation => ({ severity: 'warning', title, about });
const info = (title: string, about: string): Documentation => ({ severity: 'info', title, about });

const FILES_ARE_READ = 'Nothing that depends on the file is judged until it can be read.';

const OTHER_CHECKS: Readonly<Record<string, Documentation>> = {
  'template.syntax': error(
    'A template is not Jinja',
    'A tag, string or bracket is not closed, or something stands where it cannot.',
  ),
  'template.not-self-contained': error(
    'A template reaches for other files',
    "Templates are self-contained: `include`, `import` and `extends` are not available. Values of other files come through the input file's `ref`.",
  ),
  'template.undefined-name': error(
    'A template uses a name that no input gives',
    'Add the name to the input file, correct it, or give it a `default`. While an input file cannot be read, no name counts as undefined.',
  ),
  'template.not-deterministic': error(
    'A template gives another result each time',
    'The same commit has to give the same deployment.',
  ),
  'template.limit': error(
    'A template exceeds a limit of the renderer',
    'Steps, output, nesting and ranges are bounded, so that a template gives a finding and not a hang.',
  ),
  'template.evaluation': error(
    'An expression fails',
    'An unknown filter, a value of the wrong type, a missing argument.',
  ),

  'json.syntax': error(
    'The rendered text is not JSON',
    'Lists and objects are printed with `| tojson` and without quotes around them; text needs quotes; commas in loops need `{% if not loop.last %}`.',
  ),
  'json.printed-value': warning(
    'A list or object is printed into a text',
    "Inside quotes, `{{ list }}` gives brackets and single quotes, as Python prints it. Write `{{ list | tojson }}` without quotes (and without brackets around it), or join the items: `{{ list | join(',') }}`. An error where AWS refuses the text.",
  ),
  'json.too-deep': error(
    'The rendered text is nested too deep',
    'No AWS request is nested like this: something is not closed.',
  ),

  'schema.unknown-key': error(
    'AWS does not know a key',
    'Keys are those of the request that the file is the body of; capital letters count.',
  ),
  'schema.missing-key': error('A required key is missing', 'AWS refuses the request without it.'),
  'schema.wrong-type': error(
    'A value has the wrong type',
    'For example a number in quotes, or a text where a list is expected.',
  ),
  'schema.not-allowed-value': error(
    'A value is none of those allowed',
    'AWS accepts one of a list of values. Where that list grows often, an unknown value is only a warning.',
  ),
  'schema.out-of-range': error(
    'A number is too small or too large',
    'The range is that of AWS, or, in deployment definitions, of GitMoxi.',
  ),
  'schema.wrong-format': error(
    'A text does not have the form that it needs',
    'For example a region, an account id or an alias.',
  ),
  'schema.wrong-length': error(
    'A text or list is too short or too long',
    'Empty texts and lists count as left out by mistake.',
  ),
  'schema.duplicate-key': warning('A key appears twice', 'The last one counts; the first is lost without a word.'),
  'schema.deprecated-key': warning('AWS has deprecated a key', 'It has no effect any more, or will have none.'),
  'schema.old-spelling': error(
    'A key has the name of an older version',
    'Where the old key is harmless this is a warning; otherwise its meaning would be lost.',
  ),
  'schema.too-many-findings': error(
    'There are more findings than are shown',
    'The file is probably of another kind than its name says.',
  ),

  'input.syntax': error('An input file is not JSON', `Input files are plain JSON, not templates. ${FILES_ARE_READ}`),
  'input.not-an-object': error('An input file is no JSON object', 'Inputs have names: `{ "name": value }`.'),
  'input.reference': error(
    '`ref` does not have its form',
    'It is `{ "file": ["path/from/root.json"], "type": "TERRAFORM" | "CDK" | "JSON" }`.',
  ),
  'input.unknown-type': error('`ref.type` is unknown', 'It is `TERRAFORM`, `CDK` or `JSON`.'),
  'input.not-terraform': error(
    'A file is not the output of Terraform',
    'Each output has a `value`: write the file with `terraform output -json`.',
  ),
  'input.terraform-as-json': warning(
    'The output of Terraform is read as plain JSON',
    'Set `type` to `TERRAFORM`, so that an output is used by its name alone.',
  ),
  'input.duplicate-key': warning('An input is given twice', 'The last one counts.'),
  'input.overridden': info("One file's input replaces another's", 'Of several files with one name, the last counts.'),
  'input.unused': info(
    'No template uses an input',
    'Only the values of the input file itself are looked at; files that it refers to serve others too.',
  ),

  'file.missing': error(
    'A file is not there',
    'Paths start at the root of the repository, and the file has to be committed.',
  ),
  'file.outside': error('A path leaves the repository', 'A deployment depends on nothing but its commit.'),
  'file.absolute': error('A path is absolute', 'Paths start at the root of the repository.'),
  'file.not-a-path': error('A path is not one', 'It is empty, a URL, or has a backslash.'),
  'file.symlink': error('A link leads out of the repository', 'A deployment depends on nothing but its commit.'),
  'file.submodule': error('A file is in another repository', 'Submodules are not read.'),
  'file.not-a-file': error('A path is that of a folder', 'Name a file.'),
  'file.too-large': error('A file is too large', 'Config files have up to 1 MiB, referenced files up to 8 MiB.'),
  'file.not-text': error('A file is not text', 'It has to be UTF-8.'),
  'file.unreadable': error('A file cannot be read', FILES_ARE_READ),

  'workload.no-definition': error(
    'A workload has no definition',
    'Files such as `x_depdef.json` belong to a service or function: without `x_svcdef.json` or `x_lambdadef.json` nothing can be deployed.',
  ),
  'workload.no-task-definition': error(
    'A service has no task definition',
    'Add a `_taskdef.json`, or name one with `taskDefinition`.',
  ),
  'workload.no-alias': error(
    'A function has no alias',
    'Traffic shifts by an alias, which `_lambdadepdef.json` names.',
  ),
  'workload.no-input': error(
    'Templates use values, and there is no input file',
    'One finding stands for all of the names.',
  ),
};

const ONLY_WHERE_KNOWN =
  'Found in the editor alone, and only with `gitmoxi.awsKnowledge`: once AWS has listed all that there is in the account and region of the workload.';

const absent = (what: string, more = ''): Documentation =>
  warning(`${what} does not exist`, `${ONLY_WHERE_KNOWN}${more}`);

/** What the language server finds out from AWS. */
const OF_THE_ACCOUNT: Readonly<Record<string, Documentation>> = {
  'aws.no-cluster': absent('A cluster'),
  'aws.no-target-group': absent('A target group'),
  'aws.no-alarm': absent('An alarm', ' Composite alarms count as well.'),
  'aws.no-subnet': absent('A subnet'),
  'aws.no-security-group': absent('A security group'),
  'aws.no-role': absent('A role', ' Of roles in other accounts nothing is said.'),
  'aws.no-image': absent('An image', ' Only tags in ECR are looked at, and none that are pulled through a cache.'),
  'aws.no-log-group': absent('A log group', ' Not said where `awslogs-create-group` is `true`.'),
  'aws.no-queue': absent('A queue'),
  'aws.no-capacity-provider': absent('A capacity provider'),
};

/** The place of a code in `docs/rules.md`: what the heading of its section is called in a link. */
export const anchorOf = (code: string): string => code.replace('.', '');

/** Documentation by code, sorted. */
export const CATALOGUE: Readonly<Record<string, Documentation>> = Object.fromEntries(
  Object.entries({ ...OTHER_CHECKS, ...OF_THE_ACCOUNT, ...RULE_DOCUMENTATION }).sort(([a], [b]) => (a < b ? -1 : 1)),
);
