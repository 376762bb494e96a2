// Variables of the user that are known to change what compilers of a language make.
import type { BuildLanguage, BuildTarget } from '../protocol/build.ts';

const ofJavaScript = ['NODE_ENV', 'BABEL_ENV'];

const names: Readonly<Record<BuildLanguage, readonly string[]>> = {
  javascript: ofJavaScript,
  typescript: ofJavaScript,
  python: ['SETUPTOOLS_SCM_PRETEND_VERSION'],
  java: [],
  csharp: ['Configuration'],
  cpp: ['CC', 'CXX', 'CFLAGS', 'CXXFLAGS', 'CPPFLAGS', 'LDFLAGS'],
  go: ['GOFLAGS', 'GOOS', 'GOARCH', 'CGO_ENABLED', 'GOEXPERIMENT'],
  rust: ['RUSTFLAGS', 'CARGO_BUILD_TARGET', 'CARGO_PROFILE_DEV_OPT_LEVEL'],
};

/** Those that are set. */
export function declaredVariables(
  { language }: Pick<BuildTarget, 'language'>,
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    names[language].flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]] as const])),
  );
}
