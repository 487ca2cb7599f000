/** Rules about what becomes of records that a function fails on. */
import { type Rules, writing } from '../rule.ts';
import { mappingsOf } from './eventSources.ts';
import { reportUseless } from './reporting.ts';

/** Seconds. Source: AWS Lambda API reference, CreateEventSourceMapping. */
const LEAST_AGE = 60;

export const FAILED_RECORD_RULES: Rules = {
  'event.record-age': {
    severity: 'error',
    title: 'Records are given up too soon',
    about: '`MaximumRecordAgeInSeconds` is -1, which gives none up, or 60 and more.',
    check(subject, report) {
      for (const mapping of mappingsOf(subject)) {
        const age = mapping.get('MaximumRecordAgeInSeconds');
        if (age?.number === undefined || age.number < 0 || age.number >= LEAST_AGE) continue;
        report(age, `records cannot be given up after ${age.shown} s`, 'write 60 or more, or -1', writing(LEAST_AGE));
      }
    },
  },

  'event.destination': {
    severity: 'error',
    title: 'Failed records are sent to where they cannot go',
    about:
      'The `OnFailure` destination of a mapping is a standard SQS queue or SNS topic, a bucket in S3, or a Kafka topic; there is none for success.',
    check(subject, report) {
      for (const mapping of mappingsOf(subject)) {
        const destinations = mapping.get('DestinationConfig');
        if (destinations?.has('OnSuccess'))
          reportUseless(destinations.get('OnSuccess'), 'is not for event source mappings', report);
        const destination = destinations?.at('OnFailure', 'Destination');
        if (/^arn:aws[a-z-]*:(?:lambda|events):/.test(destination?.text ?? ''))
          report(destination, `${destination!.shown} takes no failed records`, 'name a queue, a topic or a bucket');
        else if (/^arn:aws[a-z-]*:(?:sqs|sns):.*\.fifo$/.test(destination?.text ?? ''))
          report(
            destination,
            `${destination!.shown} is a FIFO ${/:sqs:/.test(destination!.text!) ? 'queue' : 'topic'}`,
            'name a standard one',
          );
      }
    },
  },
};
