/** Rules about a Lambda function definition. */
import type { Place } from '../place.ts';
import { type Rules, writing } from '../rule.ts';
import { reportRepeats, reportUseless } from './reporting.ts';
import {
  CURRENT_RUNTIMES,
  DEPRECATED_RUNTIMES,
  familyOf,
  HANDLERS,
  hasSnapStart,
  RESERVED_VARIABLES,
} from './runtimes.ts';

const isImage = (definition: Place | undefined): boolean =>
  definition?.get('PackageType')?.text === 'Image' || definition?.at('Code')?.has('ImageUri') === true;

/** Bytes that names and values of variables may take together. */
const MOST_ENVIRONMENT_BYTES = 4096;

/** Bytes of a text in UTF-8. */
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** "PK", with which archives begin. */
const ZIP_IN_BASE64 = 'UE';

const ZIP_HINT = 'give a ZIP archive in base64, or "S3Bucket" and "S3Key"';

const CODE_SOURCES = ['ZipFile', 'S3Bucket', 'ImageUri'] as const;

/** Characters. Source: AWS Lambda API reference, CreateFunction, Layers. */
const LONGEST_LAYER = 140;

export const FUNCTION_RULES: Rules = {
  'function.deprecated-runtime': {
    severity: 'warning',
    title: 'The runtime is deprecated',
    about:
      'A deprecated runtime gets no security patches, and AWS at some time refuses to create, and later to update, functions that use it.',
    check(subject, report) {
      const runtime = subject.function?.get('Runtime');
      const name = runtime?.text;
      if (name === undefined || !Object.hasOwn(DEPRECATED_RUNTIMES, name)) return;
      const next = CURRENT_RUNTIMES[familyOf(name)];
      report(
        runtime,
        `runtime ${runtime!.shown} is deprecated since ${DEPRECATED_RUNTIMES[name]}`,
        `move to a supported one, for example ${next}`,
        next === undefined ? {} : writing(next),
      );
    },
  },

  'function.handler': {
    severity: 'error',
    title: 'The handler does not have the shape that its runtime expects',
    about:
      'Python, Node.js and Ruby: `file.function`; Java: `package.Class::method`; .NET: `Assembly::Namespace.Class::Method`.',
    check(subject, report) {
      const handler = subject.function?.get('Handler');
      const runtime = subject.function?.get('Runtime')?.text;
      const known = runtime === undefined ? undefined : HANDLERS[familyOf(runtime)];
      if (!handler?.text || !known || known[0].test(handler.text)) return;
      report(handler, `handler ${handler.shown} is not of the shape ${known[1]}`, `write ${known[1]}`);
    },
  },

  'function.package': {
    severity: 'error',
    title: 'What is given does not fit the kind of package',
    about:
      'A Zip package needs `Runtime` and `Handler`; a container image has neither, nor layers: they are in the image.',
    check(subject, report) {
      const definition = subject.function;
      if (!definition) return;
      if (isImage(definition)) {
        for (const key of ['Runtime', 'Handler', 'Layers']) {
          if (!definition.has(key)) continue;
          report(definition.get(key), `${key} is not for container images`, `delete "${key}"`, {
            atKey: true,
            remove: { title: `Delete "${key}"` },
          });
        }
        return;
      }
      for (const key of ['Runtime', 'Handler']) {
        if (!definition.has(key))
          report(
            definition,
            `${key} is missing, and a Zip package needs it`,
            `add "${key}", or write "PackageType": "Image"`,
          );
      }
      if (definition.has('ImageConfig'))
        report(definition.get('ImageConfig'), 'ImageConfig is for container images only', 'delete it', {
          atKey: true,
          remove: { title: 'Delete "ImageConfig"' },
        });
    },
  },

  'function.code': {
    severity: 'error',
    title: 'The code is not given in one way',
    about:
      '`Code` has either `S3Bucket` with `S3Key`, or `ImageUri` of a private repository in ECR, or `ZipFile`, and it fits `PackageType`.',
    check(subject, report) {
      const code = subject.function?.get('Code');
      if (!code) return;
      const given = CODE_SOURCES.filter((key) => code.has(key));
      if (given.length === 0 && !code.has('S3Key'))
        report(code, 'no code is given', 'write "S3Bucket" and "S3Key", or "ImageUri"', { atKey: true });
      if (given.length > 1)
        report(code, `code is given in ${given.length} ways: ${given.join(', ')}`, 'keep one of them', { atKey: true });
      if (code.has('S3Bucket') !== code.has('S3Key'))
        report(
          code,
          `${code.has('S3Bucket') ? 'S3Key' : 'S3Bucket'} is missing`,
          'an object is named by "S3Bucket" and "S3Key"',
          { atKey: true },
        );
      const bucket = code.get('S3Bucket');
      if (bucket?.text && !/^[\w.-]+$/.test(bucket.text))
        report(bucket, `${bucket.shown} is not the name of a bucket`, 'write its name alone, without scheme and path');
      const image = code.get('ImageUri');
      if (image?.text && !/^\d{12}\.dkr[.-]ecr/.test(image.text))
        report(
          image,
          `${image.shown} is not in a private registry of ECR`,
          'write ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG',
        );
      const zip = code.get('ZipFile');
      if (zip?.text && !/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(zip.text))
        report(zip, `ZipFile ${zip.shown} is not base64`, ZIP_HINT);
      else if (zip?.text && !zip.text.startsWith(ZIP_IN_BASE64))
        report(zip, `ZipFile ${zip.shown} is base64, and no ZIP archive`, ZIP_HINT, { severity: 'warning' });
      const kind = subject.function?.get('PackageType');
      if (given.length === 1 && kind && (kind.text === 'Image') !== (given[0] === 'ImageUri')) {
        report(
          kind,
          `package type ${kind.shown} does not go with ${given[0]}`,
          kind.text === 'Image' ? 'give "ImageUri", or write "Zip"' : 'write "Image"',
          { write: { title: 'Change the package type', json: given[0] === 'ImageUri' ? '"Image"' : '"Zip"' } },
        );
      }
    },
  },

  'function.reserved-variable': {
    severity: 'error',
    title: 'A variable has a name that Lambda keeps for itself',
    about: 'Lambda sets these variables and refuses a function that does.',
    check(subject, report) {
      for (const variable of subject.function?.at('Environment', 'Variables')?.members() ?? []) {
        if (RESERVED_VARIABLES.has(variable.key))
          report(variable, `${variable.shownKey} is set by Lambda itself`, 'choose another name', { atKey: true });
      }
    },
  },

  'function.variable-name': {
    severity: 'error',
    title: 'A variable has a name that Lambda does not accept',
    about: 'Names begin with a letter, have at least two characters, and consist of letters, digits and `_`.',
    check(subject, report) {
      for (const variable of subject.function?.at('Environment', 'Variables')?.members() ?? []) {
        if (!RESERVED_VARIABLES.has(variable.key) && !/^[a-zA-Z]\w+$/.test(variable.key))
          report(
            variable,
            `${JSON.stringify(variable.shownKey)} cannot be the name of a variable`,
            'use two or more letters, digits and _, beginning with a letter',
            { atKey: true },
          );
      }
    },
  },

  'function.environment-size': {
    severity: 'error',
    title: 'The variables are too large together',
    about: 'Names and values of all variables may take 4 KB.',
    check(subject, report) {
      const variables = subject.function?.at('Environment', 'Variables');
      const bytes = (variables?.members() ?? []).reduce(
        (sum, one) => sum + bytesOf(one.key) + bytesOf(one.text ?? ''),
        0,
      );
      if (bytes > MOST_ENVIRONMENT_BYTES)
        report(
          variables,
          `the variables take ${bytes} bytes, ${MOST_ENVIRONMENT_BYTES} are allowed`,
          'keep large values in Parameter Store or S3',
          { atKey: true },
        );
    },
  },

  'function.layers': {
    severity: 'error',
    title: 'Layers are too many, or not versions of layers',
    about: 'A function has up to five layers, each named by the ARN of a version.',
    check(subject, report) {
      const layers = subject.function?.get('Layers');
      const items = layers?.items() ?? [];
      if (items.length > 5)
        report(layers, `there are ${items.length} layers, 5 are allowed`, 'merge some of them', { atKey: true });
      reportRepeats(
        items.map((place) => ({ place, identity: place.text?.replace(/:\d+$/, '') })),
        report,
        (place) => ({ message: `${place.shown} is of a layer that is there already`, hint: 'keep one version of it' }),
      );
      for (const layer of items) {
        if (layer.text !== undefined && !/^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:layer:[\w-]+:\d+$/.test(layer.text))
          report(
            layer,
            `${layer.shown} is not the ARN of a layer's version`,
            'write arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION',
          );
        else if ((layer.text?.length ?? 0) > LONGEST_LAYER)
          report(layer, `the ARN of a layer has at most ${LONGEST_LAYER} characters`, 'give the layer a shorter name');
      }
    },
  },

  'function.role': {
    severity: 'error',
    title: 'The role is not the ARN of a role',
    about: '`Role` is `arn:aws:iam::ACCOUNT:role/NAME`.',
    check(subject, report) {
      const role = subject.function?.get('Role');
      if (
        role?.text !== undefined &&
        role.text !== '' &&
        !/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(role.text)
      )
        report(role, `${role.shown} is not the ARN of a role`, 'write arn:aws:iam::ACCOUNT:role/NAME');
    },
  },

  'function.snap-start': {
    severity: 'error',
    title: 'SnapStart is asked for where there is none',
    about:
      'SnapStart supports Java 11, Python 3.12, .NET 8 and later in Zip packages, without a file system and with the usual 512 MB of storage.',
    check(subject, report) {
      const definition = subject.function;
      const apply = definition?.at('SnapStart', 'ApplyOn');
      if (apply?.text !== 'PublishedVersions') return;
      const runtime = definition!.get('Runtime');
      const obstacle = isImage(definition)
        ? 'container images'
        : runtime?.text !== undefined && !hasSnapStart(runtime.text)
          ? `the runtime ${runtime.bare}`
          : definition!.has('FileSystemConfigs')
            ? 'functions with a file system'
            : (definition!.at('EphemeralStorage', 'Size')?.number ?? 512) > 512
              ? 'more than 512 MB of storage'
              : undefined;
      if (obstacle !== undefined)
        report(apply, `SnapStart does not support ${obstacle}`, 'write "None"', {
          write: { title: 'Turn SnapStart off', json: '"None"' },
        });
    },
  },

  'function.network': {
    severity: 'error',
    title: 'Subnets or security groups are missing',
    about: 'A function in a VPC needs both.',
    check(subject, report) {
      const network = subject.function?.get('VpcConfig');
      if (!network || network.has('SubnetIds') === network.has('SecurityGroupIds')) return;
      const key = network.has('SubnetIds') ? 'SecurityGroupIds' : 'SubnetIds';
      report(network, `${key} is missing`, `add "${key}"`, { atKey: true });
    },
  },

  'function.memory': {
    severity: 'error',
    title: 'The function has too much memory, or too little',
    about: 'A function has 128 to 10,240 MB, except where it runs on instances of a capacity provider.',
    check(subject, report) {
      const memory = subject.function?.get('MemorySize');
      if (memory?.number === undefined || subject.function!.has('CapacityProviderConfig')) return;
      if (memory.number > 10_240)
        report(
          memory,
          `${memory.shown} MB is more than the 10240 that a function can have`,
          'write 128 to 10240',
          writing(10_240),
        );
      else if (memory.number < 128)
        report(
          memory,
          `${memory.shown} MB is less than the 128 that a function needs`,
          'write 128 to 10240',
          writing(128),
        );
    },
  },

  'function.timeout': {
    severity: 'error',
    title: 'The function may run too long, or not at all',
    about: 'A function runs up to 900 seconds, except where it runs on instances of a capacity provider.',
    check(subject, report) {
      const timeout = subject.function?.get('Timeout');
      if (timeout?.number === undefined || subject.function!.has('CapacityProviderConfig')) return;
      if (timeout.number > 900)
        report(
          timeout,
          `${timeout.shown} s is more than the 900 that a function may run`,
          'write 1 to 900',
          writing(900),
        );
      else if (timeout.number < 1)
        report(timeout, `${timeout.shown} s is no time to run in`, 'write 1 to 900', writing(1));
    },
  },

  'function.file-system': {
    severity: 'error',
    title: 'A file system is mounted without a network, or in the wrong place',
    about: 'EFS is reached through a VPC (`VpcConfig`), and mounted under `/mnt/`.',
    check(subject, report) {
      const definition = subject.function;
      for (const system of definition?.each('FileSystemConfigs') ?? []) {
        const path = system.get('LocalMountPath');
        if (path?.text !== undefined && !/^\/mnt\/[\w.-]+$/.test(path.text))
          report(path, `${path.shown} is not below /mnt/`, 'write /mnt/NAME');
        const arn = system.get('Arn');
        if (/:elasticfilesystem:.*:file-system\//.test(arn?.text ?? ''))
          report(arn, `${arn!.shown} is a file system`, 'write the ARN of one of its access points');
        else if (arn?.text?.includes(':elasticfilesystem:') && !definition!.has('VpcConfig'))
          report(arn, 'a file system needs a VPC', 'add "VpcConfig"');
      }
    },
  },

  'function.log-level': {
    severity: 'error',
    title: 'Levels of logs are set for logs that have none',
    about: '`ApplicationLogLevel` and `SystemLogLevel` need `LogFormat: JSON`; without it, logs are plain text.',
    check(subject, report) {
      const logging = subject.function?.get('LoggingConfig');
      if (!logging || logging.get('LogFormat')?.text === 'JSON') return;
      for (const key of ['ApplicationLogLevel', 'SystemLogLevel'])
        if (logging.has(key)) reportUseless(logging.get(key), 'needs "LogFormat": "JSON"', report);
    },
  },
};
