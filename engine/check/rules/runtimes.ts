/**
 * What is known about Lambda's runtimes. Pure data.
 * Source: AWS Lambda developer guide, "Lambda runtimes": supported and deprecated runtimes, and "SnapStart".
 */

/** Deprecated runtimes, and since when; functions on them run on, without patches. */
export const DEPRECATED_RUNTIMES: Readonly<Record<string, string>> = {
  'dotnetcore1.0': '2019-06-27',
  'dotnetcore2.0': '2019-05-30',
  'dotnetcore2.1': '2022-01-05',
  'dotnetcore3.1': '2023-04-03',
  'dotnet5.0': '2022-05-10',
  dotnet6: '2024-12-20',
  dotnet7: '2024-05-14',
  dotnet8: '2026-11-10',
  'go1.x': '2024-01-08',
  java8: '2024-01-08',
  nodejs: '2016-10-31',
  'nodejs4.3': '2020-03-05',
  'nodejs4.3-edge': '2020-03-05',
  'nodejs6.10': '2019-08-12',
  'nodejs8.10': '2020-03-06',
  'nodejs10.x': '2021-07-30',
  'nodejs12.x': '2023-03-31',
  'nodejs14.x': '2023-12-04',
  'nodejs16.x': '2024-06-12',
  'nodejs18.x': '2025-09-01',
  'nodejs20.x': '2026-04-30',
  provided: '2024-01-08',
  'provided.al2': '2026-07-31',
  'python2.7': '2021-07-15',
  'python3.6': '2022-07-18',
  'python3.7': '2023-12-04',
  'python3.8': '2024-10-14',
  'python3.9': '2025-12-15',
  'python3.10': '2026-10-31',
  'ruby2.5': '2021-07-30',
  'ruby2.7': '2023-12-07',
  'ruby3.2': '2026-03-31',
};

/** What to move to, by the family of a runtime. */
export const CURRENT_RUNTIMES: Readonly<Record<string, string>> = {
  dotnet: 'dotnet10',
  dotnetcore: 'dotnet10',
  go: 'provided.al2023',
  java: 'java25',
  nodejs: 'nodejs24.x',
  provided: 'provided.al2023',
  python: 'python3.14',
  ruby: 'ruby3.4',
};

export const familyOf = (runtime: string): string => /^[a-z]+/.exec(runtime)?.[0] ?? '';

/** Whether SnapStart supports a runtime; runtimes that came later are not known to lack it. */
export function hasSnapStart(runtime: string): boolean {
  const family = familyOf(runtime);
  const version = Number(/(\d+(?:\.\d+)?)/.exec(runtime)?.[1] ?? Number.NaN);
  if (family === 'java') return version >= 11;
  if (family === 'python') return Number(runtime.slice('python3.'.length)) >= 12;
  return family === 'dotnet' && version >= 8;
}

/** How a handler is written, by family: the pattern and an example. */
export const HANDLERS: Readonly<Record<string, readonly [RegExp, string]>> = {
  python: [/^[\w./-]+\.\w+$/, 'module.function'],
  nodejs: [/^[\w./-]+\.[\w$.-]+$/, 'file.export'],
  ruby: [/^[\w./-]+\.[\w:.]+$/, 'file.method'],
  java: [/^[\w.$]+(::\w+)?$/, 'package.Class::method'],
  dotnet: [/^[\w.-]+(::[\w.+`-]+::\w+)?$/, 'Assembly::Namespace.Class::Method'],
};

/**
 * Variables that Lambda sets itself.
 * Source: AWS Lambda developer guide, "Defined runtime environment variables", reserved ones.
 */
export const RESERVED_VARIABLES: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);
