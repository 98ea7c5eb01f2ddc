import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import {
  assignorName,
  dealPartitions,
  decodeAssignment,
  encodeAssignment,
  encodeSubscription,
} from '../consumer-protocol.ts';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;
const topic = 'gaitkeeper.behaviour.v1';

describe('the words of a group', () => {
  it('are those of kafkajs, byte for byte', () => {
    expect(encodeSubscription(topic)).toEqual(
      MemberMetadata.encode({ version: 0, topics: [topic], userData: Buffer.alloc(0) }),
    );
    for (const partitions of [[0], [7, 1, 300]]) {
      expect(encodeAssignment(topic, partitions)).toEqual(
        MemberAssignment.encode({ version: 0, assignment: { [topic]: partitions }, userData: Buffer.alloc(0) }),
      );
    }
  });

  it('are understood when kafkajs says them, also about other topics', () => {
    const said = MemberAssignment.encode({
      version: 0,
      assignment: { other: [4, 5], [topic]: [2, 0] },
      userData: Buffer.from('of no interest'),
    });
    expect(decodeAssignment(said, topic)).toEqual([2, 0]);
    expect(decodeAssignment(said, 'a third')).toEqual([]);
  });

  it('may be none: a member without a share', () => {
    expect(decodeAssignment(Buffer.alloc(0), topic)).toEqual([]);
    expect(decodeAssignment(encodeAssignment(topic, []), topic)).toEqual([]);
    expect(MemberAssignment.decode(encodeAssignment(topic, []))?.assignment).toEqual({});
  });

  it('cut off are an error, not a smaller share', () => {
    const said = encodeAssignment(topic, [1, 2, 3]);
    expect(() => decodeAssignment(said.subarray(0, said.length - 10), topic)).toThrow(/out of range/);
  });

  it('deal out every partition once, in turn, whatever the order of the members', async () => {
    const shares = dealPartitions(['c', 'a', 'b'], 8);
    expect([...shares]).toEqual([
      ['a', [0, 3, 6]],
      ['b', [1, 4, 7]],
      ['c', [2, 5]],
    ]);
    expect(dealPartitions(['b', 'c', 'a'], 8)).toEqual(shares);
    expect(dealPartitions(['a', 'b'], 1).get('b')).toEqual([]);
    expect(
      kafkajs.PartitionAssigners.roundRobin({ cluster: {} as kafkajs.Cluster, groupId: '', logger: silent() }).name,
    ).toBe(assignorName);
  });
});

function silent(): kafkajs.Logger {
  return new kafkajs.Kafka({ brokers: ['localhost:1'], logCreator: () => () => undefined }).logger();
}
