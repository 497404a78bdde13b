import MusicJobs
import Testing

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

    @Test func aJobIsMovedAmongItsOwnersJobs() {
        var turns = order([
            ("a1", "a", .normal), ("b1", "b", .normal), ("a2", "a", .normal), ("a3", "a", .normal),
            ("i1", "a", .interactive),
        ])
        #expect(turns.order == ["i1", "a1", "b1", "a2", "a3"])
        #expect(turns.move("a3", of: "a", before: "a1") == .normal)
        #expect(turns.order == ["i1", "a3", "b1", "a1", "a2"] || turns.order == ["i1", "b1", "a3", "a1", "a2"])
        #expect(turns.move("a2", of: "a", before: "i1") == .interactive)
        #expect(Array(turns.order.prefix(2)) == ["a2", "i1"])
        #expect(turns.move("a2", of: "a", before: nil) == .normal)
        #expect(turns.order.last == "a2" && turns.count == 5)
        // Nobody moves before what is another's, or not there.
        let before = turns.order
        #expect(turns.move("a1", of: "a", before: "b1") == nil && turns.move("b1", of: "a", before: "a1") == nil)
        #expect(turns.move("x", of: "a", before: nil) == nil && turns.move("a1", of: "a", before: "a1") == .normal)
        #expect(turns.order == before && turns.count == 5)
        // The only job of an owner keeps the owner's turn.
        #expect(turns.move("b1", of: "b", before: nil) == .normal)
        #expect(turns.order == before)
    }

    @Test func whatIsHeldKeepsItsPlace() {
        var turns = order([("a1", "a", .normal), ("b1", "b", .normal), ("a2", "a", .normal), ("i1", "a", .interactive)])
        let isFree = { (job: String) in !["a1", "i1"].contains(job) }
        #expect(turns.order(where: isFree) == ["a2", "b1"])
        #expect(turns.next(where: isFree) == "a2")
        #expect(turns.count == 3)
        #expect(turns.order == ["i1", "b1", "a1"])
        #expect(turns.next { _ in false } == nil && turns.count == 3)
    }
}
