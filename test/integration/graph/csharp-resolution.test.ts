import assert from 'node:assert/strict';
import { importsOf, reachedFrom } from '../../rig/graph-rig.ts';

describe('C# resolves', () => {
  it('names of namespaces that a file can see, in projects that its own references', async () => {
    const files = {
      'Lib/Lib.csproj': '<Project><ItemGroup><Using Include="Acme.Kit" /></ItemGroup></Project>',
      'Lib/Order.cs': 'namespace Acme.Lib; public class Order { Bag bag; }',
      'Lib/Bag.cs': 'namespace Acme.Kit { class Bag {} }',
      'Lib/Extensions.cs':
        'namespace Acme.Lib; static class Extensions { public static int Total(this Order o) => 1; }',
      'Other/Other.csproj': '<Project />',
      'Other/Order.cs': 'namespace Acme.Lib; class Order {}',
      'Tests/Tests.csproj':
        '<Project><ItemGroup><ProjectReference Include="..\\Lib\\Lib.csproj" /></ItemGroup></Project>',
      'Tests/OrderTests.cs':
        'using Acme.Lib; namespace Acme.Tests; class OrderTests { [Fact] void T() { new Order().Total(); } }',
      'Tests/Usings.cs': 'global using Xunit;',
    };
    assert.deepEqual(await importsOf('Lib/Order.cs', files), ['Lib/Bag.cs']);
    assert.deepEqual(await importsOf('Tests/OrderTests.cs', files), [
      'Lib/Extensions.cs',
      'Lib/Order.cs',
      'Tests/Usings.cs',
    ]);
    assert.deepEqual(await reachedFrom('Lib/Bag.cs', files), [
      'Lib/Extensions.cs',
      'Lib/Order.cs',
      'Tests/OrderTests.cs',
    ]);
    assert.deepEqual(await reachedFrom('Other/Order.cs', files), []);
  });

  it('names of every project that its own references, however the references are closed', async () => {
    const declaring = (name: string) => `namespace Acme; public class ${name} {}`;
    assert.deepEqual(
      await importsOf('App/App.cs', {
        'App/App.csproj': `<Project><ItemGroup>
<ProjectReference Include="..\\One\\One.csproj" Condition="'$(Level)' > '1'" />
<ProjectReference Include='..\\Two\\Two.csproj'><PrivateAssets>all</PrivateAssets></ProjectReference>
</ItemGroup></Project>`,
        'App/App.cs': 'namespace Acme; class App { One one; Two two; Three three; }',
        'One/One.csproj': '<Project />',
        'One/One.cs': declaring('One'),
        'Two/Two.csproj': '<Project />',
        'Two/Two.cs': declaring('Two'),
        'Three/Three.csproj': '<Project />',
        'Three/Three.cs': declaring('Three'),
      }),
      ['One/One.cs', 'Two/Two.cs'],
    );
  });

  it('parts of a type, and qualified names', async () => {
    assert.deepEqual(
      await importsOf('A.cs', {
        'A.cs': 'namespace N; partial class A { M.Far far; }',
        'A.Part.cs': 'namespace N; partial class A {}',
        'Far.cs': 'namespace N.M; class Far {}',
        'Near.cs': 'namespace Z; class Far {}',
      }),
      ['A.Part.cs', 'Far.cs'],
    );
  });
});
