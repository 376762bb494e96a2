import assert from 'node:assert/strict';
import { symlink, truncate, utimes } from 'node:fs/promises';
import { GraphRig, importsOf, reachedFrom } from '../../rig/graph-rig.ts';
import type { Files } from '../../rig/git-rig.ts';

/** Two headers of one name, of which a source includes one. */
const two = { 'one/set.h': '', 'two/set.h': '', 'src/a.c': '#include <set.h>' };

describe('include folders decide between headers of one name', () => {
  const entry = (rest: object) => ({ directory: '', file: 'src/a.c', ...rest });

  /** What the source depends on beside a compile_commands.json whose `directory` is below the repository. */
  const byCommands = async (entries: readonly { directory: string }[], files: Files = two) => {
    await using rig = await GraphRig.create({ 'CMakeLists.txt': '', ...files }, { ignored: ['build'] });
    const placed = entries.map((each) => ({ ...each, directory: rig.folder.path(each.directory) }));
    await rig.folder.write({ 'build/compile_commands.json': JSON.stringify(placed) });
    await rig.update();
    return rig.imports('src/a.c');
  };

  it('without any of them both count', async () => {
    assert.deepEqual(await importsOf('src/a.c', two), ['one/set.h', 'two/set.h']);
  });

  it('as the command of a source says, by words', async () => {
    assert.deepEqual(await byCommands([entry({ arguments: ['cc', '-Itwo', '-c', 'src/a.c'] })]), ['two/set.h']);
    assert.deepEqual(await byCommands([entry({ arguments: ['cc', '-isystem', 'one', 'src/a.c'] })]), ['one/set.h']);
  });

  it('as the command of a source says, as a line with quotes, from the folder that it runs in', async () => {
    const files = { 'my one/set.h': '', 'two/set.h': '', 'src/a.c': '#include <set.h>' };
    const commands = [
      { directory: 'build', file: '../src/a.c', command: 'cc "-I../my one" -DX=\\"y\\" -c ../src/a.c' },
    ];
    assert.deepEqual(await byCommands(commands, files), ['my one/set.h']);
  });

  it('as all commands of a source say together', async () => {
    const commands = ['one', 'two'].map((folder) => entry({ arguments: ['cc', `-I${folder}`, 'src/a.c'] }));
    assert.deepEqual(await byCommands(commands), ['one/set.h', 'two/set.h']);
  });

  it('not where the command keeps words in another file', async () => {
    const commands = [entry({ arguments: ['cc', '-Itwo', '@more.rsp', 'src/a.c'] })];
    assert.deepEqual(await byCommands(commands), ['one/set.h', 'two/set.h']);
  });

  it('and what a command includes by itself counts', async () => {
    const files = { 'src/a.c': '', 'src/forced.h': '' };
    assert.deepEqual(await byCommands([entry({ arguments: ['cc', '-include', 'src/forced.h', 'src/a.c'] })], files), [
      'src/forced.h',
    ]);
  });

  it('as CMake says of a target, of a folder, by properties and by options', async () => {
    for (const listing of [
      'add_executable(a src/a.c)\ntarget_include_directories(a PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/two)',
      'target_include_directories(a PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/two> $<INSTALL_INTERFACE:include>)',
      'include_directories(BEFORE SYSTEM two ${ZLIB_INCLUDE_DIRS} ${CMAKE_CURRENT_BINARY_DIR})',
      'set_target_properties(a PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "two" VERSION one)',
      'target_compile_options(a PRIVATE -Itwo)',
      'set(CMAKE_C_FLAGS "${CMAKE_C_FLAGS} -isystem two -Wall")',
    ])
      assert.deepEqual(await importsOf('src/a.c', { ...two, 'CMakeLists.txt': listing }), ['two/set.h'], listing);
  });

  it('not where CMake names folders that are not known, or another build system is there', async () => {
    for (const files of [
      { 'CMakeLists.txt': 'include_directories(two ${ELSEWHERE})' },
      { 'CMakeLists.txt': 'include_directories(two)\nacme_library(NAME a INCLUDES one)' },
      { 'CMakeLists.txt': 'include_directories(two)', 'meson.build': '' },
    ])
      assert.deepEqual(await importsOf('src/a.c', { ...two, ...files }), ['one/set.h', 'two/set.h']);
  });

  it('as Makefiles say, through their variables', async () => {
    for (const makefile of [
      'CFLAGS = -Itwo\n',
      'DIR := two\nCPPFLAGS += -I $(DIR)\n',
      'all:\n\t$(CC) -I${CURDIR}/two -c src/a.c\n',
      '# -Ione\nCFLAGS=-isystem two -Wall\n-include $(OBJS:.o=.d)\n',
    ])
      assert.deepEqual(await importsOf('src/a.c', { ...two, Makefile: makefile }), ['two/set.h'], makefile);
  });

  it('not where a Makefile makes folders out of what is not known', async () => {
    for (const makefile of [
      'CFLAGS = -Itwo -I$(ROOT)\n',
      'CFLAGS = -Itwo $(addprefix -I,$(DIRS))\n',
      'include config.mk\nCFLAGS = -Itwo\n',
      'D = one\nD = two\nCFLAGS = -I$(D)\n',
      `A = ${'$(B)'.repeat(20_000)}\nB = ${'$(A)'.repeat(20_000)}\nCFLAGS = -I$(A)\n`,
    ])
      assert.deepEqual(
        await importsOf('src/a.c', { ...two, Makefile: makefile }),
        ['one/set.h', 'two/set.h'],
        makefile,
      );
  });

  it('and a folder that is named wrongly loses no header', async () => {
    assert.deepEqual(await importsOf('src/a.c', { ...two, Makefile: 'CFLAGS = -Ithree\n' }), [
      'one/set.h',
      'two/set.h',
    ]);
  });
});

describe('C and C++ find headers', () => {
  it('that CMake includes into every source of a target', async () => {
    const files = {
      'CMakeLists.txt': 'add_executable(t test.c)\ntarget_precompile_headers(t PRIVATE pre.h <vector>)',
      'test.c': 'int main(void) {}',
      'other.c': '',
      'pre.h': '#include "deep.h"',
      'deep.h': '',
    };
    assert.deepEqual(await reachedFrom('deep.h', files), ['pre.h', 'test.c']);
  });

  it('behind links and through steps upward', async () => {
    await using rig = await GraphRig.create({
      'src/a.c': '#include <acme/tool.h>\n#include "lib/../lib/b.h"',
      'real/tool.h': '',
      'x/lib/b.h': '',
      'include/keep.h': '',
    });
    await symlink('../real', rig.folder.path('include/acme'));
    await rig.folder.write({ Makefile: 'CFLAGS = -Iinclude\n' });
    await rig.update();
    assert.deepEqual(rig.imports('src/a.c'), ['real/tool.h', 'x/lib/b.h']);
  });
});

describe('a compile_commands.json that cannot be used is told, and costs nothing', () => {
  const told = async (text: string | Uint8Array, prepare?: (rig: GraphRig) => Promise<unknown>) => {
    await using rig = await GraphRig.create({ ...two, 'build/compile_commands.json': text }, { ignored: ['build'] });
    await rig.folder.write({ 'CMakeLists.txt': 'include_directories(${X})' });
    await prepare?.(rig);
    await rig.update();
    assert.deepEqual(rig.imports('src/a.c'), ['one/set.h', 'two/set.h']);
    return rig.graph.notesOn((await rig.files()).find((file) => file === 'src/a.c') ?? assert.fail()).join();
  };
  const file = 'build/compile_commands.json';

  it('no JSON, no list, no entries, zero bytes', async () => {
    assert.match(await told('[{'), /compile_commands\.json is no JSON list/);
    assert.match(await told('{"a": 1}'), /is no JSON list/);
    assert.match(await told('[1, {"file": 2}]'), /holds no entry with "directory", "file"/);
    assert.match(await told(new Uint8Array([0, 0xff, 0xfe])), /is no JSON list/);
  });

  it('one of another machine', async () => {
    const foreign = [{ directory: '/builds/acme', file: '/builds/acme/src/a.c', arguments: ['cc', '-Ione'] }];
    assert.match(await told(JSON.stringify(foreign)), /was written for \/builds\/acme, which is not this repository/);
  });

  it('one of many megabytes', async () => {
    assert.match(await told('[', (rig) => truncate(rig.folder.path(file), 65 * 1024 * 1024)), /has 68 MB/);
  });

  it('one that is older than its listing', async () => {
    const old = async (rig: GraphRig) => {
      const entries = [{ directory: rig.folder.root, file: 'src/a.c', arguments: ['cc', '-Ione'] }];
      await rig.folder.write({ [file]: JSON.stringify(entries) });
      await utimes(rig.folder.path(file), 1, 1);
    };
    assert.match(await told('', old), /older than the listing/);
  });

  it('links in a circle are none', async () => {
    await using rig = await GraphRig.create({ ...two, 'CMakeLists.txt': '' });
    await symlink('compile_commands.json', rig.folder.path('compile_commands.json'));
    await rig.update();
    assert.deepEqual(rig.imports('src/a.c'), ['one/set.h', 'two/set.h']);
  });
});
