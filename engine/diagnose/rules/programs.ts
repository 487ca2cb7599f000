/**
 * What programs write before they end: tried on log lines only, and only where AWS knows no more than that the program
 * failed. Lines are other people's words, so no class is decided by them.
 */

/** One thing that programs write; sentences as in a rule of the table. */
export interface LogRule {
  readonly id: string;
  /** Tried on each line by itself. */
  readonly pattern: RegExp;
  /** What the lines say, completing "the program failed: …". */
  readonly cause: string;
  readonly next: string;
  readonly source: string;
}

const SOURCE = {
  node: 'Node.js documentation, common system errors and module resolution',
  languages: 'messages of the runtimes of Node.js, Python, Java and Go, and of the GNU dynamic linker',
  databases: 'PostgreSQL and MySQL documentation, error messages',
  iam: 'AWS Identity and Access Management User Guide, access denied error messages',
} as const;

export const LOG_RULES: readonly LogRule[] = [
  {
    id: 'log-access-denied',
    pattern: /is not authorized to perform:? (?<action>[\w-]+:\w+)(?: on resource:? (?<resource>[^\s,]+))?/i,
    cause: 'it may not call {action}',
    next: 'allow {action} on {resource|the resource} to the role that the program runs with (taskRoleArn, or the role of the function)',
    source: SOURCE.iam,
  },
  {
    id: 'log-module-missing',
    pattern:
      /Cannot find (?:module|package) '(?<module>[^']+)'|No module named '?(?<python>[\w.]+)|(?:NoClassDefFoundError|ClassNotFoundException): (?<type>[\w./$]+)|error while loading shared libraries: (?<library>[^\s:]+)/,
    cause: 'it loads {module|python|type|library|something}, which is not there',
    next: 'put it into the image: a dependency that was not installed, or only for development',
    source: SOURCE.languages,
  },
  {
    id: 'log-variable-missing',
    pattern:
      /environment variable "?'?`?(?<variable>[A-Z][A-Z0-9_]+)"?'?`? (?:is |was )?(?:not set|missing|required|undefined|not defined)|(?:missing|required) environment variable:? "?'?`?(?<named>[A-Z][A-Z0-9_]+)|KeyError: '(?<key>[A-Z][A-Z0-9_]+)'/i,
    cause: 'the environment variable {variable|named|key|that it needs} is not set',
    next: 'add {variable|named|key|it} to environment or secrets of the container',
    source: SOURCE.languages,
  },
  {
    id: 'log-name-unknown',
    pattern:
      /ENOTFOUND (?<host>[^\s,]+)|EAI_AGAIN (?<again>[^\s,]+)|could not translate host name "(?<named>[^"]+)"|lookup (?<go>[^\s:]+)(?: on \S+)?: no such host|UnknownHostException: (?<java>[^\s:]+)|Name or service not known/,
    cause: 'the name {host|again|named|go|java|that it connects to} cannot be resolved',
    next: 'correct the name in the environment of the container, and see that the VPC resolves it (private hosted zone, service discovery)',
    source: SOURCE.node,
  },
  {
    id: 'log-connection-refused',
    pattern:
      /ECONNREFUSED (?<address>[^\s,]+)|dial tcp (?<go>[^\s]+): connect: connection refused|(?:cannot|could not|unable to|failed to) connect to (?!server\b)(?<named>[^\s,]+)|connection refused/i,
    cause: 'what it needs at {address|go|named|the other end} does not answer',
    next: 'see that it runs, and that its security group lets these tasks in; or correct its address in the environment of the container',
    source: SOURCE.node,
  },
  {
    id: 'log-connection-timed-out',
    pattern:
      /ETIMEDOUT (?<address>[^\s,]+)|dial tcp (?<go>[^\s]+): i\/o timeout|connect(?:ion)? timed out|ConnectTimeout/i,
    cause: 'what it sends to {address|go|the other end} arrives nowhere',
    next: 'look at the way there: security groups, routes of the subnets, a NAT gateway or VPC endpoint',
    source: SOURCE.node,
  },
  {
    id: 'log-login-refused',
    pattern: /password authentication failed for user "?(?<user>[\w-]+)|Access denied for user '(?<mysql>[^']+)'/i,
    cause: 'the database refuses the login of {user|mysql|its user}',
    next: 'correct the user name or password that the container gets, most likely from a secret',
    source: SOURCE.databases,
  },
  {
    id: 'log-port-taken',
    pattern: /EADDRINUSE[^0-9]*(?<port>\d+)?|address already in use/i,
    cause: 'the port {port} that it listens on is taken by another container of the task',
    next: 'give the containers of one task different ports',
    source: SOURCE.node,
  },
  {
    id: 'log-disk-full',
    pattern: /ENOSPC|no space left on device/i,
    cause: 'the disk is full',
    next: 'raise ephemeralStorage.sizeInGiB, or write less',
    source: SOURCE.node,
  },
  {
    id: 'log-read-only',
    pattern: /EROFS|read-only file system/i,
    cause: 'it writes where nothing may be written',
    next: 'mount a volume there, or take readonlyRootFilesystem out of the container definition',
    source: SOURCE.node,
  },
  {
    id: 'log-file-forbidden',
    pattern: /EACCES: permission denied,? (?:\w+ )?'?(?<path>[^\s']+)|permission denied:? '?(?<named>\/[^\s':]+)/i,
    cause: 'it may not use {path|named|a file}',
    next: "correct the file's owner and mode in the image, or the user that the container runs as",
    source: SOURCE.node,
  },
  {
    id: 'log-file-missing',
    pattern: /ENOENT: no such file or directory,? (?:\w+ )?'(?<path>[^']+)'|FileNotFoundError: [^']*'(?<python>[^']+)'/,
    cause: 'the file {path|python|that it reads} is not there',
    next: 'put the file into the image, or mount the volume that has it',
    source: SOURCE.node,
  },
  {
    id: 'log-heap-exhausted',
    pattern: /JavaScript heap out of memory|java\.lang\.OutOfMemoryError|^MemoryError/,
    cause: 'its heap is too small',
    next: 'raise the limit of the heap (--max-old-space-size, -Xmx) and memory in the task definition, or find what needs more of it',
    source: SOURCE.languages,
  },
  {
    id: 'log-certificate-refused',
    pattern:
      /certificate verify failed|self[- ]signed certificate|unable to get local issuer certificate|x509: certificate/i,
    cause: 'it does not trust the certificate of whom it calls',
    next: 'put the certificate authority into the image, or call it by the name that the certificate is for',
    source: SOURCE.languages,
  },
];
