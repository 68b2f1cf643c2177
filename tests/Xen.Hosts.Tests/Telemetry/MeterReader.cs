using System.Diagnostics.Metrics;

namespace Xen.Hosts.Tests.Telemetry;

/// <summary>Listens to the meters of the stack and reads their instruments when it is told to.</summary>
internal sealed class MeterReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<(string Instrument, string? Device, long Value)> _values = [];

    public MeterReader(Func<Instrument, bool> isWanted)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (isWanted(instrument))
            {
                lock (Instruments)
                {
                    Instruments.Add(instrument);
                }

                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _values.Add((instrument.Name, tags.Length == 0 ? null : (string?)tags[0].Value, value)));
        _listener.Start();
    }

    public List<Instrument> Instruments { get; } = [];

    /// <summary>Reads every instrument.</summary>
    /// <returns>Name, device and value of each measurement.</returns>
    public IReadOnlyList<(string Instrument, string? Device, long Value)> Read()
    {
        _values.Clear();
        _listener.RecordObservableInstruments();
        return [.. _values];
    }

    public void Dispose() => _listener.Dispose();
}
