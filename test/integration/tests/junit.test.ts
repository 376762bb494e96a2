import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { javaStacks } from '../../../agent/platform/java-stack.ts';
import { TestId } from '../../../agent/protocol/ids.ts';
import { placeInDumps } from '../../../agent/tests/java/hanging.ts';
import { needDebianTool } from '../../rig/debian-tools.ts';
import { GitRig } from '../../rig/git-rig.ts';
import { TestsRig } from '../../rig/tests-rig.ts';

const launcher = '/usr/share/java/junit-platform-console-standalone.jar';
const cart = `package shop;
import static org.junit.jupiter.api.Assertions.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
class CartTest {
  @Test void adds() { System.out.println("counting"); }
  @Test void total() { assertEquals(90, 100, "sum"); }
  @Test @Disabled("not yet") void later() {}
  @Test void breaks() { throw new IllegalStateException("boom"); }
  @ParameterizedTest @ValueSource(strings = {"a b", "q\\"<x"}) void named(String name) {}
  @Nested class Inner { @Test void deep() {} }
}
`;
const other = 'package shop;\nimport org.junit.jupiter.api.*;\nclass OtherTest { @Test void fine() {} }\n';
const bad = 'package shop;\nimport org.junit.jupiter.api.*;\nclass BadTest {\n  @Test void bad() { missing(); }\n}\n';

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>org.example</groupId><artifactId>shop</artifactId><version>1</version>
<properties><maven.compiler.source>11</maven.compiler.source><maven.compiler.target>11</maven.compiler.target>
<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
<dependencies><dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>5.9.2</version><scope>test</scope></dependency></dependencies>
<build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId><version>2.22.3</version></plugin>
<plugin><artifactId>maven-compiler-plugin</artifactId><version>3.10.1</version></plugin>
<plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.0</version></plugin></plugins></build></project>
`;

describe('JUnit', function () {
  this.timeout(600_000);

  before(function () {
    needDebianTool(this, { needs: ['javac', launcher], packages: ['default-jdk-headless', 'junit5'] });
  });

  const expected = [
    'errored src/test/java/shop/CartTest.java › breaks',
    'failed src/test/java/shop/CartTest.java › total',
    'passed src/test/java/shop/CartTest.java › Inner › deep',
    'passed src/test/java/shop/CartTest.java › adds',
    'passed src/test/java/shop/OtherTest.java › fine',
    'skipped src/test/java/shop/CartTest.java › later',
  ];

  it('tells where a process hangs, the thread that works first', async () => {
    await using repository = await GitRig.create({
      'src/test/java/shop/SlowTest.java': `package shop;
class SlowTest {
  static final Object lock = new Object();
  public static void main(String[] words) {
    synchronized (lock) {
      new Thread(() -> { synchronized (lock) { System.out.println(); } }).start();
      System.out.println("begins");
      while (System.nanoTime() != 0);
    }
  }
}
`,
    });
    const java = spawn('java', [repository.path('src/test/java/shop/SlowTest.java')], { detached: true });
    try {
      await once(java.stdout, 'data');
      const dumps = await javaStacks(java.pid ?? 0, { PATH: process.env['PATH'] ?? '' });
      const { stack = '', failureAt } = placeInDumps(dumps, repository.root, [repository.root]);
      assert.deepEqual(failureAt, { file: 'src/test/java/shop/SlowTest.java', line: 8 });
      assert.match(stack, /^"main".*RUNNABLE\n\s+at shop\.SlowTest\.main\(SlowTest\.java:8\)/s);
    } finally {
      java.kill('SIGKILL');
    }
  });

  describe('with the console launcher', () => {
    const create = async (files: Record<string, string>) => {
      const rig = await TestsRig.create({ files });
      mkdirSync(rig.repository.path('lib'));
      copyFileSync(launcher, rig.repository.path('lib/junit-platform-console-standalone.jar'));
      return rig;
    };

    it('compiles the classes and tells every test', async () => {
      await using rig = await create({
        'src/test/java/shop/CartTest.java': cart,
        'src/test/java/shop/OtherTest.java': other,
      });
      const { lines, results, reasons } = await rig.run();
      assert.deepEqual(lines.filter((line) => !line.includes('named')).toSorted(), expected);
      assert.equal(lines.filter((line) => line.startsWith('passed') && line.includes('named')).length, 2);
      assert.deepEqual(reasons, []);
      const total = results.find((each) => each.status === 'failed');
      assert.deepEqual([total?.expected, total?.actual], ['90', '100']);
      assert.deepEqual(total?.failureAt, { file: 'src/test/java/shop/CartTest.java', line: 8 });
      const chosen = await rig.run({ tests: [TestId.parse('junit:src/test/java/shop/OtherTest.java')] });
      assert.deepEqual(chosen.lines, ['passed src/test/java/shop/OtherTest.java › fine']);
    });

    it('reports a class that does not compile as the error of its file', async () => {
      await using rig = await create({
        'src/test/java/shop/BadTest.java': bad,
        'src/test/java/shop/OtherTest.java': other,
      });
      const { lines, results, reasons } = await rig.run();
      assert.deepEqual(lines, ['errored src/test/java/shop/BadTest.java']);
      assert.deepEqual(results[0]?.failureAt?.line, 4);
      assert.match(reasons[0] ?? '', /do not compile/);
    });
  });

  describe('with Maven', () => {
    before(function () {
      needDebianTool(this, {
        needs: [
          'mvn',
          '/usr/share/maven-repo/org/apache/maven/plugins/maven-surefire-plugin/2.22.3',
          '/usr/share/maven-repo/org/apache/maven/plugins/maven-resources-plugin/3.3.0',
        ],
        packages: [
          'maven',
          'junit5',
          'libsurefire-java',
          'libmaven-resources-plugin-java',
          'libmaven-compiler-plugin-java',
        ],
      });
    });

    it('tells every test, and runs chosen ones alone', async () => {
      await using rig = await TestsRig.create({
        files: {
          '.gitignore': 'target\n',
          // Debian's packages are a repository of their own: nothing has to be fetched.
          '.mvn/maven.config': '-o\n-Dmaven.repo.local=/usr/share/maven-repo\n',
          'pom.xml': pom,
          'src/test/java/shop/CartTest.java': cart,
          'src/test/java/shop/OtherTest.java': other,
        },
      });
      const { lines, results, reasons } = await rig.run();
      assert.deepEqual(lines.filter((line) => !line.includes('named')).toSorted(), expected);
      assert.equal(lines.filter((line) => line.startsWith('passed') && line.includes('named')).length, 2);
      assert.deepEqual(reasons, []);
      const broken = results.find((each) => each.status === 'errored');
      assert.equal(broken?.message, 'boom');
      assert.deepEqual(broken?.failureAt, { file: 'src/test/java/shop/CartTest.java', line: 10 });
      const chosen = await rig.run({ tests: [TestId.parse('junit:src/test/java/shop/CartTest.java > Inner > deep')] });
      assert.deepEqual(chosen.lines, ['passed src/test/java/shop/CartTest.java › Inner › deep']);
    });
  });

  describe('with Gradle', () => {
    before(function () {
      needDebianTool(this, {
        needs: ['gradle', '/usr/share/java/junit4.jar', '/usr/share/java/hamcrest-all.jar'],
        packages: ['gradle', 'junit4', 'libhamcrest-java'],
      });
    });

    it('tells every test of JUnit 4 through its listeners', async () => {
      await using rig = await TestsRig.create({
        files: {
          '.gitignore': 'build\n.gradle\n',
          'gradle.properties': 'org.gradle.daemon=false\n',
          'build.gradle': `apply plugin: 'java'\ndependencies { testCompile files('/usr/share/java/junit4.jar', '/usr/share/java/hamcrest-all.jar') }\n`,
          'src/test/java/shop/OldTest.java': `package shop;
import org.junit.*;
public class OldTest {
  @Test public void adds() { System.out.println("counting"); }
  @Test public void total() { Assert.assertEquals("sum", 90, 100); }
  @Ignore("not yet") @Test public void later() {}
}
`,
        },
      });
      const { lines, results, reasons } = await rig.run();
      assert.deepEqual(lines.toSorted(), [
        'failed src/test/java/shop/OldTest.java › total',
        'passed src/test/java/shop/OldTest.java › adds',
        'skipped src/test/java/shop/OldTest.java › later',
      ]);
      assert.deepEqual(reasons, []);
      assert.match(results.find((each) => each.titlePath[0] === 'adds')?.output ?? '', /counting/);
      assert.deepEqual(results.find((each) => each.status === 'failed')?.failureAt?.line, 5);
    });
  });
});
