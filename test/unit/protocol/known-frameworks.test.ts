// What is said where no tests were found names every framework.
import assert from 'node:assert/strict';
import { Framework, knownFrameworks } from '../../../agent/protocol/test.ts';

describe('known frameworks', () => {
  for (const framework of Framework.options.filter((each) => each !== 'generic')) {
    it(`name ${framework}`, () => {
      assert.match(knownFrameworks.toLowerCase(), new RegExp(`\\b${framework}\\b`));
    });
  }

  it('end with what any other runner can do', () => {
    assert.match(knownFrameworks, / and any command that writes TAP or JUnit XML \(tests\.commands in noodle\.yaml\)$/);
  });
});
