namespace Xen.Speed.Dom0;

/// <summary>One line of a comparison: something that a guest does once in every round.</summary>
internal interface IWork
{
    string Name { get; }

    IEnumerable<Measure> Run(GuestUnderTest guest);
}
