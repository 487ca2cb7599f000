/** Rules about where the logs of containers go. */
import { closest } from '../../closest.ts';
import { type Rules, writing } from '../rule.ts';
import { onFargate } from './fargate.ts';
import { didYouMean } from './reporting.ts';
import { containersOf } from './task.ts';

/** @see Amazon ECS developer guide, "Using the awslogs driver" */
const AWSLOGS_OPTIONS: ReadonlySet<string> = new Set([
  'awslogs-create-group',
  'awslogs-region',
  'awslogs-group',
  'awslogs-stream-prefix',
  'awslogs-datetime-format',
  'awslogs-multiline-pattern',
  'awslogs-stream',
  'awslogs-endpoint',
  'awslogs-force-flush-interval-seconds',
  'awslogs-credentials-endpoint',
  'awslogs-format',
  'mode',
  'max-buffer-size',
]);

/** What options of awslogs may be, and that in words. Source: as of `AWSLOGS_OPTIONS`. */
const AWSLOGS_VALUES: Readonly<Record<string, readonly [RegExp, string]>> = {
  'awslogs-create-group': [/^(?:true|false)$/, '"true" or "false"'],
  mode: [/^(?:blocking|non-blocking)$/, '"blocking" or "non-blocking"'],
  'max-buffer-size': [/^\d+[bkmg]?$/i, 'a size such as "25m"'],
  'awslogs-region': [/^[a-z]{2,}(?:-[a-z]+)+-\d$/, 'a region such as "us-east-1"'],
  'awslogs-group': [/^[.\-_/#A-Za-z0-9]{1,512}$/, 'letters, digits and any of . - _ / #'],
};

/** A value that is named in words for all that are allowed. */
const CHOICE = /(?<=^| or )"([^"]+)"/g;

export const LOGGING_RULES: Rules = {
  'task.log-options': {
    severity: 'error',
    title: 'The awslogs driver lacks an option',
    about: '`awslogs` needs `awslogs-group` and `awslogs-region`, and on Fargate `awslogs-stream-prefix`.',
    check(subject, report) {
      const { task } = subject;
      const fargate = onFargate(subject);
      for (const container of containersOf(task)) {
        const log = container.get('logConfiguration');
        if (log?.get('logDriver')?.text !== 'awslogs') continue;
        const options = log.get('options');
        // What is no object is said to be of the wrong type.
        if (options && options.node.type !== 'object') continue;
        const needed = ['awslogs-group', 'awslogs-region', ...(fargate ? ['awslogs-stream-prefix'] : [])];
        const missing = needed.filter((key) => !options?.has(key));
        if (missing.length === 0) continue;
        const named = missing.join(' and ');
        const hint = `add ${missing.map((key) => `"${key}"`).join(', ')}`;
        report(
          options ?? log.get('logDriver'),
          `awslogs needs the ${missing.length === 1 ? 'option' : 'options'} ${named}`,
          hint,
          { atKey: options !== undefined },
        );
      }
    },
  },

  'task.unknown-log-option': {
    severity: 'warning',
    title: 'The awslogs driver does not know an option',
    about: 'An option that the log driver does not know keeps the container from starting.',
    check({ task }, report) {
      for (const container of containersOf(task)) {
        const log = container.get('logConfiguration');
        if (log?.get('logDriver')?.text !== 'awslogs') continue;
        for (const option of log.get('options')?.members() ?? []) {
          if (AWSLOGS_OPTIONS.has(option.key)) continue;
          const absent = [...AWSLOGS_OPTIONS].filter((name) => log.at('options', name) === undefined);
          const near = option.shownKey === option.key ? closest(option.key, absent) : undefined;
          const hint = didYouMean(near, 'delete it');
          report(option, `awslogs has no option ${option.shownKey}`, hint, { atKey: true, ...writing(near) });
        }
      }
    },
  },

  'task.no-log-router': {
    severity: 'error',
    title: 'Logs go to FireLens, and no container is the log router',
    about: 'The driver `awsfirelens` needs a container with `firelensConfiguration` in the same task.',
    check({ task }, report) {
      const containers = containersOf(task);
      if (containers.some((one) => one.has('firelensConfiguration'))) return;
      for (const container of containers) {
        const driver = container.at('logConfiguration', 'logDriver');
        if (driver?.text === 'awsfirelens')
          report(driver, 'no container of this task is a log router', 'add a container with "firelensConfiguration"');
      }
    },
  },

  'task.several-log-routers': {
    severity: 'error',
    title: 'A task has several log routers',
    about: 'One container of a task may have `firelensConfiguration`; the logs of all others go through it.',
    // Source: AWS CDK, aws-ecs, TaskDefinition.addFirelensLogRouter: one for each task.
    check({ task }, report) {
      const [first, ...others] = containersOf(task).filter((one) => one.has('firelensConfiguration'));
      for (const other of others)
        report(
          other.get('firelensConfiguration'),
          'another container of this task is the log router already',
          'keep one of them',
          { atKey: true, see: { place: first!.get('firelensConfiguration')!, message: 'the first one' } },
        );
    },
  },

  'task.fargate-log-driver': {
    severity: 'error',
    title: 'A log driver is not there on Fargate',
    about: 'On Fargate the log drivers are `awslogs`, `splunk` and `awsfirelens`.',
    check(subject, report) {
      if (!onFargate(subject)) return;
      for (const container of containersOf(subject.task)) {
        const driver = container.at('logConfiguration', 'logDriver');
        if (driver?.text === undefined || ['awslogs', 'splunk', 'awsfirelens'].includes(driver.text)) continue;
        report(
          driver,
          `log driver ${driver.shown} is not supported on Fargate`,
          'use awslogs, splunk or awsfirelens',
          writing('awslogs'),
        );
      }
    },
  },

  'task.log-value': {
    severity: 'error',
    title: 'An option of the awslogs driver has a value that it cannot have',
    about:
      '`awslogs-create-group` is "true" or "false", `mode` is "blocking" or "non-blocking", and `max-buffer-size` a size such as "25m", which counts in the mode "non-blocking".',
    check({ task }, report) {
      for (const container of containersOf(task)) {
        const log = container.get('logConfiguration');
        const options = log?.get('options');
        if (log?.get('logDriver')?.text !== 'awslogs' || options === undefined) continue;
        for (const [key, [shape, words]] of Object.entries(AWSLOGS_VALUES)) {
          const option = options.get(key);
          if (option?.text && !shape.test(option.text))
            report(
              option,
              `${key} cannot be ${option.shown}`,
              `write ${words}`,
              writing(
                closest(
                  option.text,
                  Array.from(words.matchAll(CHOICE), ([, choice]) => choice!),
                ),
              ),
            );
        }
        const size = options.get('max-buffer-size');
        if (size && options.get('mode')?.text === 'blocking')
          report(size, 'max-buffer-size has no effect in the mode "blocking"', 'delete it, or write "non-blocking"', {
            atKey: true,
            severity: 'warning',
          });
      }
    },
  },
};
