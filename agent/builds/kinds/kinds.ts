// The kinds of target beside packages and TypeScript projects: one file each.
import { cargo } from './cargo.ts';
import { cmake } from './cmake.ts';
import { dotnet } from './dotnet.ts';
import { go } from './go.ts';
import { gradle } from './gradle.ts';
import { javaSources } from './java-sources.ts';
import { make } from './make.ts';
import { maven } from './maven.ts';
import { python } from './python.ts';
import type { TargetKind } from './target-kind.ts';

/** All of them. The order is that of the list of targets. */
export const targetKinds: readonly TargetKind[] = [python, maven, gradle, javaSources, dotnet, cmake, make, go, cargo];
