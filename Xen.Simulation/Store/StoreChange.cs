using System.Collections.Immutable;
using Xen.Store;

namespace Xen.Simulation;

/// <summary>A change that watches hear of.</summary>
/// <param name="Path">The node.</param>
/// <param name="IsExact">True for what vanished together with a node above it: only watches on that very path hear of it.</param>
/// <param name="Permissions">The permissions that the node had, for one that is gone: they decide who hears of it.</param>
internal readonly record struct StoreChange(string Path, bool IsExact, ImmutableArray<StorePermission> Permissions);
