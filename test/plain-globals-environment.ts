import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/**
 * Jest's environment for Node, with a global object that is an ordinary one. Jest's own stands behind an interceptor and a
 * proxy, which every `Math` and every `Float64Array` of a numeric loop goes through: the loops of `detection/` and
 * `evaluation/` are up to a hundred times slower so. What Jest loses is its warning about globals that are used after their
 * test file has ended.
 */
// biome-ignore lint/style/noDefaultExport: jest takes the default export.
export default class PlainGlobalsEnvironment extends TestEnvironment {
  constructor(...given: ConstructorParameters<typeof TestEnvironment>) {
    const { createContext } = vm;
    // The constructor makes one context, and has no option for which.
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(...given);
    } finally {
      vm.createContext = createContext;
    }
  }
}
