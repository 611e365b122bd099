// What the composition root and tests may use of the demo world. Light: the world itself is loaded on the first start only.
export {
  demoDecisionClients,
  demoPassword,
  demoSampleClient,
  demoSignIns,
  type DemoSignIn,
} from './demo.cast.ts';
export { followSamplePort, loadDemoWorldOnFirstStart } from './demo.first-start.ts';
