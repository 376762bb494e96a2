// Writes an additive model as ONNX: TreeEnsembleRegressor and Gemm, added, through a sigmoid. The same model gives the same bytes.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import protobuf from 'protobufjs';
import type { AdditiveModel } from '../runtime/additive-model.ts';
import type { TreeEnsemble } from '../runtime/trees.ts';

const float = 1;
const attributeTypes = { floats: 6, ints: 7, strings: 8, i: 2, s: 3 } as const;

/** The bytes of `model.onnx`: input `features` [N, F], output `score` [N, 1], both float. */
export function onnxOf(model: AdditiveModel, name: string): Uint8Array {
  const { root } = protobuf.parse(readFileSync(path.join(import.meta.dirname, 'onnx.proto'), 'utf8'), {
    keepCase: true,
  });
  const type = root.lookupType('onnx.ModelProto');
  const hasTrees = model.trees.trees.length > 0;
  const featureCount = model.linear.weights.length;
  const bias = model.linear.bias + (hasTrees ? 0 : model.trees.base);
  const proto = {
    ir_version: 8,
    producer_name: 'noodle',
    producer_version: '1',
    opset_import: [
      { domain: '', version: 13 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    graph: {
      name,
      node: [
        { op_type: 'Gemm', name: 'linear', input: ['features', 'weights', 'bias'], output: ['linear_margin'] },
        ...(hasTrees
          ? [
              treeNode(model.trees),
              { op_type: 'Add', name: 'sum', input: ['linear_margin', 'tree_margin'], output: ['margin'] },
            ]
          : []),
        { op_type: 'Sigmoid', name: 'probability', input: [hasTrees ? 'margin' : 'linear_margin'], output: ['score'] },
      ],
      initializer: [
        { name: 'weights', data_type: float, dims: [featureCount, 1], float_data: model.linear.weights },
        { name: 'bias', data_type: float, dims: [1], float_data: [bias] },
      ],
      input: [valueOf('features', featureCount)],
      output: [valueOf('score', 1)],
    },
  };
  return type.encode(type.fromObject(proto)).finish();
}

function valueOf(name: string, width: number) {
  return {
    name,
    type: { tensor_type: { elem_type: float, shape: { dim: [{ dim_param: 'N' }, { dim_value: width }] } } },
  };
}

interface FlatNode {
  readonly treeId: number;
  readonly nodeId: number;
  readonly isLeaf: boolean;
  readonly feature: number;
  readonly threshold: number;
  readonly left: number;
  readonly right: number;
  readonly value: number;
}

function treeNode(ensemble: TreeEnsemble) {
  const nodes = flatNodes(ensemble);
  const leaves = nodes.filter((node) => node.isLeaf);
  const ints = (name: string, of: readonly FlatNode[], value: (node: FlatNode) => number) =>
    attribute(name, 'ints', of.map(value));
  const modes = nodes.map((node) => bytesOf(node.isLeaf ? 'LEAF' : 'BRANCH_LEQ'));
  const thresholds = nodes.map((node) => node.threshold);
  const weights = leaves.map((node) => node.value);
  return {
    op_type: 'TreeEnsembleRegressor',
    name: 'trees',
    domain: 'ai.onnx.ml',
    input: ['features'],
    output: ['tree_margin'],
    attribute: [
      attribute('n_targets', 'i', 1),
      attribute('base_values', 'floats', [ensemble.base]),
      attribute('post_transform', 's', bytesOf('NONE')),
      ints('nodes_treeids', nodes, (node) => node.treeId),
      ints('nodes_nodeids', nodes, (node) => node.nodeId),
      ints('nodes_featureids', nodes, (node) => node.feature),
      attribute('nodes_values', 'floats', thresholds),
      attribute('nodes_modes', 'strings', modes),
      ints('nodes_truenodeids', nodes, (node) => node.left),
      ints('nodes_falsenodeids', nodes, (node) => node.right),
      ints('target_treeids', leaves, (node) => node.treeId),
      ints('target_nodeids', leaves, (node) => node.nodeId),
      ints('target_ids', leaves, () => 0),
      attribute('target_weights', 'floats', weights),
    ],
  };
}

function flatNodes({ trees }: TreeEnsemble): FlatNode[] {
  return trees.flatMap((tree, treeId) =>
    tree.feature.map((feature, nodeId) => ({
      treeId,
      nodeId,
      isLeaf: feature < 0,
      feature: Math.max(0, feature),
      threshold: tree.threshold[nodeId] ?? 0,
      left: tree.left[nodeId] ?? 0,
      right: tree.right[nodeId] ?? 0,
      value: tree.value[nodeId] ?? 0,
    })),
  );
}

function attribute(name: string, kind: keyof typeof attributeTypes, value: unknown) {
  return { name, type: attributeTypes[kind], [kind]: value };
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
