/** Rules about how Lambda signs in to the sources that it reads from. */
import type { Rules } from '../rule.ts';
import { eachMapping, FACTS } from './eventSources.ts';

export const SOURCE_ACCESS_RULES: Rules = {
  'event.credentials': {
    severity: 'error',
    title: 'A mapping has no credentials for its source',
    about:
      'Lambda signs in to Amazon MQ and DocumentDB with a secret: `SourceAccessConfigurations` needs an item of the type `BASIC_AUTH`.',
    // Source: AWS SAM developer guide, the event sources MQ and DocumentDB, which require it.
    check(subject, report) {
      eachMapping(subject, (mapping, kind) => {
        if (kind !== 'mq' && kind !== 'documentdb') return;
        const access = mapping.get('SourceAccessConfigurations');
        if (access && access.node.type !== 'array' && access.node.type !== 'null') return;
        if (access?.items().some((one) => one.get('Type')?.text === 'BASIC_AUTH')) return;
        const hint = '{ "Type": "BASIC_AUTH", "URI": "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME" }';
        report(
          access ?? mapping.get('EventSourceArn'),
          `BASIC_AUTH is missing, and ${FACTS[kind].name} needs it`,
          `add ${hint} to "SourceAccessConfigurations"`,
          { atKey: access !== undefined },
        );
      });
    },
  },
};
