namespace Xen.Speed.Dom0;

/// <summary>One number of a run.</summary>
/// <param name="Name">What it is, with its unit.</param>
/// <param name="Value">The number.</param>
/// <param name="IsCost">True when less is better.</param>
internal readonly record struct Measure(string Name, double Value, bool IsCost = false);
