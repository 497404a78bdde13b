import Testing

import MusicJobs

@Suite struct TurnOrderTests {
    private func order(_ jobs: [(String, String, JobPriority)]) -> TurnOrder {
        var turns = TurnOrder()
        for (job, owner, priority) in jobs { turns.add(job, owner: owner, priority: priority) }
        return turns
    }

    @Test func ownersTakeTurns() {
        let turns = order([
            ("a1", "a", .normal), ("a2", "a", .normal), ("a3", "a", .normal), ("b1", "b", .normal),
            ("c1", "c", .normal), ("b2", "b", .normal),
        ])
        #expect(turns.order == ["a1", "b1", "c1", "a2", "b2", "a3"])
        #expect(turns.count == 6)
        #expect(turns.count(of: "a") == 3)
    }

    @Test func whoWasServedGoesToTheEnd() {
        var turns = order([("a1", "a", .normal), ("b1", "b", .normal)])
        #expect(turns.next() == "a1")
        turns.add("a2", owner: "a", priority: .normal)
        turns.add("b2", owner: "b", priority: .normal)
        #expect(turns.order == ["b1", "a2", "b2"])
    }

    @Test func interactiveJobsHaveFourTurnsOfFive() {
        let fast = (1...10).map { ("i\($0)", "a", JobPriority.interactive) }
        let slow = (1...3).map { ("n\($0)", "b", JobPriority.normal) }
        let turns = order(slow + fast)
        #expect(
            turns.order == [
                "i1", "i2", "i3", "i4", "n1", "i5", "i6", "i7", "i8", "n2", "i9", "i10", "n3",
            ])
    }

    @Test func aJobThatIsTakenOutHasNoTurn() {
        var turns = order([("a1", "a", .normal), ("b1", "b", .interactive), ("a2", "a", .normal)])
        turns.remove("a1")
        turns.remove("unknown")
        #expect(turns.order == ["b1", "a2"])
        turns.remove("b1")
        turns.remove("a2")
        #expect(turns.order.isEmpty)
        #expect(turns.count == 0)
        #expect(turns.next() == nil)
    }
}
