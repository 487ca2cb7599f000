/** What programs write before they end, line by line. */
import assert from 'node:assert/strict';
import { LOG_RULES, logHint, RULES } from '../../../engine/diagnose/index.ts';

const LINES: readonly (readonly [line: string, rule: string, word: RegExp])[] = [
  ["Error: Cannot find module 'express'", 'log-module-missing', /it loads express, which is not there/],
  ["ModuleNotFoundError: No module named 'flask'", 'log-module-missing', /flask/],
  [
    'Exception in thread "main" java.lang.NoClassDefFoundError: org/slf4j/Logger',
    'log-module-missing',
    /org\/slf4j\/Logger/,
  ],
  [
    '/app/server: error while loading shared libraries: libssl.so.3: cannot open shared object file',
    'log-module-missing',
    /libssl\.so\.3/,
  ],
  [
    'Error: environment variable "DATABASE_URL" is not set',
    'log-variable-missing',
    /add DATABASE_URL to environment or secrets/,
  ],
  ['missing required environment variable: API_TOKEN', 'log-variable-missing', /API_TOKEN/],
  ["KeyError: 'REDIS_HOST'", 'log-variable-missing', /REDIS_HOST/],
  [
    'Error: getaddrinfo ENOTFOUND db.shop.internal',
    'log-name-unknown',
    /the name db\.shop\.internal cannot be resolved/,
  ],
  ['dial tcp: lookup redis.local on 10.0.0.2:53: no such host', 'log-name-unknown', /redis\.local/],
  [
    'psql: error: could not translate host name "pg" to address: Name or service not known',
    'log-name-unknown',
    /\bpg\b/,
  ],
  ['java.net.UnknownHostException: kafka-1', 'log-name-unknown', /kafka-1/],
  ['Error: connect ECONNREFUSED 10.0.3.7:5432', 'log-connection-refused', /at 10\.0\.3\.7:5432 does not answer/],
  ['dial tcp 10.0.3.7:6379: connect: connection refused', 'log-connection-refused', /10\.0\.3\.7:6379/],
  ['could not connect to server: Connection refused', 'log-connection-refused', /the other end/],
  ['Error: connect ETIMEDOUT 10.0.3.7:443', 'log-connection-timed-out', /10\.0\.3\.7:443 arrives nowhere/],
  ['dial tcp 10.0.3.7:443: i/o timeout', 'log-connection-timed-out', /NAT gateway/],
  ['FATAL: password authentication failed for user "shop"', 'log-login-refused', /login of shop/],
  ["Access denied for user 'shop'@'10.0.1.2' (using password: YES)", 'log-login-refused', /login of shop/],
  ['Error: listen EADDRINUSE: address already in use :::8080', 'log-port-taken', /the port 8080/],
  ['bind: address already in use', 'log-port-taken', /the port that it listens on/],
  ['write /tmp/cache: no space left on device', 'log-disk-full', /ephemeralStorage/],
  ["EROFS: read-only file system, open '/app/cache'", 'log-read-only', /readonlyRootFilesystem/],
  [
    "Error: EACCES: permission denied, open '/var/run/app.pid'",
    'log-file-forbidden',
    /may not use \/var\/run\/app\.pid/,
  ],
  [
    "Error: ENOENT: no such file or directory, open '/etc/shop/config.json'",
    'log-file-missing',
    /\/etc\/shop\/config\.json/,
  ],
  ["FileNotFoundError: [Errno 2] No such file or directory: 'model.bin'", 'log-file-missing', /model\.bin/],
  [
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    'log-heap-exhausted',
    /max-old-space-size/,
  ],
  ['java.lang.OutOfMemoryError: Java heap space', 'log-heap-exhausted', /-Xmx/],
  ['Error: self-signed certificate in certificate chain', 'log-certificate-refused', /certificate authority/],
  [
    'AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/task/0f3a is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:eu-west-1:123456789012:table/carts',
    'log-access-denied',
    /it may not call dynamodb:GetItem; allow dynamodb:GetItem on arn:aws:dynamodb:\S+table\/carts to the role/,
  ],
];

describe('a hint of a program', () => {
  for (const [line, rule, word] of LINES) {
    it(`is: ${line}`, () => {
      const hint = logHint(['starting', line, 'exiting with status 1']);
      assert.equal(hint?.rule, rule);
      assert.match(`${hint?.cause}; ${hint?.next}`, word);
      assert.doesNotMatch(`${hint?.cause} ${hint?.next}`, /undefined|[{}|]| {2}| [,.;]/);
    });
  }

  it('is the newest that is known', () => {
    const hint = logHint(['connect ECONNREFUSED 10.0.0.1:1', 'gave up', "Error: Cannot find module 'express'", 'bye']);
    assert.equal(hint?.rule, 'log-module-missing');
  });

  it('is none where nobody knows the lines', () => {
    assert.equal(logHint(['starting', 'the flux capacitor is empty']), undefined);
    assert.equal(logHint([]), undefined);
  });

  it('has a line here for each rule, and names of its own', () => {
    const tested = new Set(LINES.map(([, rule]) => rule));
    assert.deepEqual(
      LOG_RULES.map(({ id }) => id).filter((id) => !tested.has(id)),
      [],
    );
    const all = [...RULES, ...LOG_RULES].map(({ id }) => id);
    assert.equal(new Set(all).size, all.length);
  });

  it('comes quickly from lines that were made to be slow', () => {
    const beginnings = [
      'Cannot find module ',
      'dial tcp a',
      'lookup a ',
      'EADDRINUSE ',
      'FileNotFoundError: ',
      'environment variable A',
      "'",
    ];
    for (const beginning of beginnings) {
      const began = performance.now();
      logHint(Array.from({ length: 20 }, () => beginning.repeat(10_000)));
      assert.ok(performance.now() - began < 1_000, beginning);
    }
  });
});
