using System.Text;

namespace Xen.Hosts.Tests.Hosting;

/// <summary>A console that remembers what was written, and says when it is flushed.</summary>
internal sealed class RecordingWriter(Action? onFlush = null) : TextWriter
{
    private readonly StringBuilder _text = new();

    public override Encoding Encoding => Encoding.UTF8;

    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    public override void Write(char value)
    {
        lock (_text)
        {
            _text.Append(value);
        }
    }

    public override void Flush() => onFlush?.Invoke();
}
