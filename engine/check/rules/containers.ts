/** Rules about the containers of a task definition, and how they depend on each other. */
import { closest } from '../../closest.ts';
import type { Place } from '../place.ts';
import { type Rules, writing } from '../rule.ts';
import { onFargate } from './fargate.ts';
import { isImageName } from './imageName.ts';
import { didYouMean, listing, namesToTell, reportRepeatedTexts, reportRepeats } from './reporting.ts';
import { containersOf, inContainers } from './task.ts';

const nameOf = (container: Place): string | undefined => container.get('name')?.text;

/** The cycles of `dependsOn`, each with its containers in its order. */
function cyclesOf(containers: readonly Place[]): (readonly string[])[] {
  const needs = new Map(
    containers.map((one) => [
      nameOf(one) ?? '',
      one.each('dependsOn').map((need) => need.get('containerName')?.text ?? ''),
    ]),
  );
  const cycles: (readonly string[])[] = [];
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const at = path.indexOf(name);
    if (at >= 0) cycles.push(path.slice(at));
    if (at >= 0 || done.has(name)) return;
    done.add(name);
    for (const next of new Set(needs.get(name))) visit(next, [...path, name]);
  };
  for (const name of needs.keys()) visit(name, []);
  return cycles;
}

/**
 * What `valueFrom` may be: a parameter's name, or the ARN of a parameter or secret, which may name a version or a key
 * inside. Secrets that other services keep have a name such as `rds!db-…`.
 */
const SECRET_SOURCE =
  /^(?:[\w.\-/]+(?::[\w.-]+)?|arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter\/[\w.\-/]+(?::[\w.-]+)?|arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+(?::[^:]*:[^:]*:[^:]*)?)$/;

const SECRET_NAME =
  /(?:^|_)(?:PASSWORD|PASSWD|SECRET|SECRET_KEY|API_?KEY|PRIVATE_KEY|ACCESS_KEY|AUTH_TOKEN|ACCESS_TOKEN)$/i;

/** An access key's id, long-term or temporary. Source: AWS IAM user guide, "IAM identifiers", unique id prefixes. */
const ACCESS_KEY_ID = /^\s*(?:AKIA|ASIA)[A-Z0-9]{16}\s*$/;

function imageHint(image: string): string {
  if (/^https?:/.test(image)) return 'leave out the scheme';
  return /[A-Z]/.test(image)
    ? 'write registry/name:tag; names of repositories are in lower case'
    : 'write registry/name:tag';
}

/** Seconds that Fargate gives a container at most to end. Source: Amazon ECS API reference, ContainerDefinition. */
const LONGEST_STOP = 120;

export const CONTAINER_RULES: Rules = {
  'task.duplicate-container': {
    severity: 'error',
    title: 'Two containers have the same name',
    about: 'Container names tell containers apart within a task; ECS refuses a repeated one.',
    check({ task }, report) {
      const places = containersOf(task).flatMap((one) => one.get('name') ?? []);
      reportRepeatedTexts(places, report, (place) => ({
        message: `another container is called ${place.shown}`,
        hint: 'give it a name of its own',
      }));
    },
  },

  'task.unknown-dependency': {
    severity: 'error',
    title: 'A container depends on one that is not there',
    about:
      '`dependsOn[].containerName`, `volumesFrom[].sourceContainer`, `links` and the container of `proxyConfiguration` have to name a container of the same task.',
    check(subject, report) {
      const { task } = subject;
      const containers = containersOf(task);
      const fargate = onFargate(subject);
      const names = containers.map(nameOf).filter((name) => name !== undefined);
      const wanted = [
        ...containers.flatMap((one) => [
          ...one.each('dependsOn').map((need) => need.get('containerName')),
          ...one.each('volumesFrom').map((need) => need.get('sourceContainer')),
          // On Fargate there are none at all.
          ...(fargate ? [] : one.each('links')),
        ]),
        task?.at('proxyConfiguration', 'containerName'),
      ];
      for (const place of wanted) {
        // A link may give the container another name behind a colon.
        const [name, ...alias] = place?.text?.split(':') ?? [];
        if (place === undefined || name === undefined || names.includes(name)) continue;
        const told = namesToTell(containers.map((one) => one.get('name')));
        const near = place.isSecret ? undefined : closest(name, told);
        const hint = didYouMean(near, listing(told, 'the task has', 'name a container of the task'));
        report(place, `no container is called ${place.shown}`, hint, writing(near && [near, ...alias].join(':')));
      }
    },
  },

  'task.dependency-cycle': {
    severity: 'error',
    title: 'Containers wait for each other in a circle',
    about: 'With a circle in `dependsOn` no container could start first.',
    check({ task }, report) {
      const containers = containersOf(task);
      for (const cycle of cyclesOf(containers)) {
        const around = cycle.map((name) => containers.find((one) => nameOf(one) === name));
        const names = around.map((one) => one?.get('name')?.bare ?? '');
        report(
          around[0]?.get('dependsOn'),
          cycle.length === 1
            ? `container ${names[0]} waits for itself`
            : `containers wait for each other: ${[...names, names[0]].join(' → ')}`,
          cycle.length === 1 ? 'remove this dependency' : 'remove one of these dependencies',
          { atKey: true },
        );
      }
    },
  },

  'task.dependency-condition': {
    severity: 'error',
    title: 'A container waits for what cannot happen',
    about:
      '`HEALTHY` needs a `healthCheck` in the other container; `COMPLETE` and `SUCCESS` wait for its end, which an essential container must not have.',
    check({ task }, report) {
      const containers = containersOf(task);
      for (const need of containers.flatMap((one) => one.each('dependsOn'))) {
        const condition = need.get('condition');
        const target = containers.find((one) => nameOf(one) === need.get('containerName')?.text);
        if (!target || condition === undefined) continue;
        if (condition.text === 'HEALTHY' && !target.has('healthCheck')) {
          report(
            condition,
            `${need.get('containerName')!.shown} has no health check, so it never becomes HEALTHY`,
            'add a "healthCheck" to it, or wait for "START"',
            { write: { title: 'Wait for "START"', json: '"START"' } },
          );
        }
        const ends = condition.text === 'COMPLETE' || condition.text === 'SUCCESS';
        if (ends && target.get('essential')?.node.value !== false) {
          report(
            condition,
            `${need.get('containerName')!.shown} is essential: when it ends, the task stops`,
            'write "essential": false in that container, or wait for "START" or "HEALTHY"',
          );
        }
      }
    },
  },

  'task.secret-source': {
    severity: 'error',
    title: 'The source of a secret is no parameter and no secret',
    about:
      '`valueFrom` is the name or ARN of a Parameter Store parameter, or the ARN of a Secrets Manager secret, optionally with `:key:stage:version` behind it.',
    check({ task }, report) {
      const secrets = containersOf(task).flatMap((one) => [
        ...one.each('secrets'),
        ...(one.get('logConfiguration')?.each('secretOptions') ?? []),
      ]);
      for (const secret of secrets) {
        const source = secret.get('valueFrom');
        if (source?.text === undefined || SECRET_SOURCE.test(source.text)) continue;
        report(
          source,
          `${source.shown} is neither a parameter nor the ARN of a secret`,
          'write "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME", with ":KEY::" behind it for one key, or the name of a parameter',
        );
      }
    },
  },

  'task.duplicate-variable': {
    severity: 'error',
    title: 'A container has a variable twice',
    about:
      'A name may stand once in `environment` and `secrets` together; ECS refuses a secret that shares its name with a variable.',
    check({ task }, report) {
      for (const container of containersOf(task)) {
        const plain = container.each('environment').flatMap((one) => one.get('name') ?? []);
        const secret = container.each('secrets').flatMap((one) => one.get('name') ?? []);
        reportRepeats(
          [...plain, ...secret].map((place) => ({ place, identity: place.text })),
          report,
          (place) => ({ message: `the variable ${place.shown} is set twice`, hint: 'keep one of them' }),
        );
      }
    },
  },

  'task.environment-file': {
    severity: 'error',
    title: 'A file of variables is no such file',
    about: 'Each of `environmentFiles` is the ARN of an object in S3 whose name ends in `.env`.',
    check({ task }, report) {
      for (const file of inContainers(task, 'environmentFiles')) {
        const value = file.get('value');
        if (!value?.text) continue;
        if (!/^arn:aws[a-z-]*:s3:::[^/]+\/./.test(value.text))
          report(value, `${value.shown} is not the ARN of an object`, 'write "arn:aws:s3:::BUCKET/KEY.env"');
        else if (!value.text.endsWith('.env'))
          report(value, `${value.shown} does not end in .env`, 'give the file a name that does');
      }
    },
  },

  'task.plain-secret': {
    severity: 'warning',
    title: 'A secret stands in the repository',
    about:
      'A password, or a key to AWS, that is written into `environment` is readable by everybody who can read the repository or describe the task definition.',
    check({ task }, report) {
      for (const variable of inContainers(task, 'environment')) {
        const name = variable.get('name');
        const value = variable.get('value');
        const literal =
          value && value.file.map.toSource(value.node.offset, value.node.offset + value.node.length).names.length === 0;
        if (!literal || !value.text) continue;
        if (ACCESS_KEY_ID.test(value.text)) {
          report(
            value,
            `the value of ${name?.shown ?? 'this variable'} is the id of an access key to AWS`,
            'give the task a role ("taskRoleArn") instead, or name the key in "secrets"',
          );
          continue;
        }
        if (!SECRET_NAME.test(name?.text ?? '')) continue;
        report(
          value,
          `the value of ${name!.shown} stands here in plain text`,
          'move it to Secrets Manager or Parameter Store, and name it in "secrets"',
        );
      }
    },
  },

  'task.image': {
    severity: 'error',
    title: 'The image is not a name that can be pulled',
    about: 'An image is `[registry/]name[:tag][@sha256:digest]`, without spaces or a scheme.',
    check({ task }, report) {
      for (const container of containersOf(task)) {
        const image = container.get('image');
        if (image?.text === undefined || image.text === '' || isImageName(image.text)) continue;
        report(image, `${image.shown} is not the name of an image`, imageHint(image.text));
      }
    },
  },

  'task.health-check-command': {
    severity: 'error',
    title: 'The command of a health check does not begin as it has to',
    about:
      'The first item is `CMD` (run directly) or `CMD-SHELL` (run by the shell); `NONE` turns a check of the image off.',
    check({ task }, report) {
      for (const container of containersOf(task)) {
        const [first, second] = container.get('healthCheck')?.each('command') ?? [];
        if (first?.text === undefined || first.text === 'NONE') continue;
        if (first.text !== 'CMD' && first.text !== 'CMD-SHELL') {
          report(
            first,
            `a health check begins with CMD or CMD-SHELL, not ${first.shown}`,
            `write ["CMD-SHELL", ${first.shown}]`,
            {
              write: { title: 'Run it by the shell', json: `"CMD-SHELL", ${JSON.stringify(first.text)}` },
            },
          );
        } else if (second === undefined) report(first, 'the health check has no command', 'add what is to be run');
      }
    },
  },

  'task.health-check-timing': {
    severity: 'warning',
    title: 'A health check may take longer than the time between two',
    about: 'With a `timeout` above the `interval` checks overlap.',
    check({ task }, report) {
      for (const container of containersOf(task)) {
        const check = container.get('healthCheck');
        const timeout = check?.get('timeout');
        const interval = check?.get('interval');
        if (timeout?.number !== undefined && timeout.number > (interval?.number ?? 30))
          report(
            timeout,
            `timeout ${timeout.shown} s is longer than the interval of ${interval?.shown ?? 30} s`,
            'lower the timeout, or raise the interval',
          );
      }
    },
  },

  'task.reservation': {
    severity: 'error',
    title: 'A container reserves more memory than it may use',
    about: '`memory` is the hard limit and `memoryReservation` the soft one: the hard limit has to be the larger.',
    check({ task }, report) {
      for (const container of containersOf(task)) {
        const hard = container.get('memory');
        const soft = container.get('memoryReservation');
        if (hard?.number === undefined || soft?.number === undefined || hard.number >= soft.number) continue;
        report(soft, `memoryReservation ${soft.shown} is above memory ${hard.shown}`, 'lower it, or raise "memory"', {
          see: { place: hard, message: 'the hard limit' },
        });
      }
    },
  },

  'task.gpu-count': {
    severity: 'error',
    title: 'A container asks for GPUs, and not for a number of them',
    about: 'The `value` of a GPU in `resourceRequirements` is how many the container gets, such as "1", or "ALL".',
    // Source: Amazon ECS API reference, ResourceRequirement.
    check({ task }, report) {
      for (const resource of inContainers(task, 'resourceRequirements')) {
        const value = resource.get('value');
        if (resource.get('type')?.text !== 'GPU' || !value?.text) continue;
        if (/^0+$/.test(value.text))
          report(value, `${value.shown} GPUs are none`, 'write "1" or more, or leave the GPU out', {
            severity: 'warning',
          });
        else if (!/^(?:\d+|ALL)$/.test(value.text))
          report(value, `${value.shown} is no number of GPUs`, 'write a whole number in quotes, such as "1", or "ALL"');
      }
    },
  },

  'task.ulimit': {
    severity: 'error',
    title: 'A soft limit is above its hard limit',
    about: 'Of each of `ulimits`, `softLimit` is at most `hardLimit`; -1 stands for none.',
    check({ task }, report) {
      for (const limit of inContainers(task, 'ulimits')) {
        const soft = limit.get('softLimit');
        const hard = limit.get('hardLimit');
        if (soft?.number === undefined || hard?.number === undefined || hard.number === -1) continue;
        if (soft.number > hard.number || soft.number === -1)
          report(soft, `softLimit ${soft.shown} is above hardLimit ${hard.shown}`, 'lower it, or raise "hardLimit"');
      }
    },
  },

  'task.stop-timeout': {
    severity: 'error',
    title: 'A container is given more time to end than there is',
    about: 'On Fargate `stopTimeout` is at most 120 seconds.',
    check(subject, report) {
      if (!onFargate(subject)) return;
      for (const container of containersOf(subject.task)) {
        const seconds = container.get('stopTimeout');
        if ((seconds?.number ?? 0) > LONGEST_STOP)
          report(
            seconds,
            `stopTimeout ${seconds!.shown} s is more than the 120 of Fargate`,
            'write 120 or less',
            writing(LONGEST_STOP),
          );
      }
    },
  },
};
