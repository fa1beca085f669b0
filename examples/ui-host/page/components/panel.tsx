import { type ReactNode, useId } from 'react'

interface PanelProps {
  readonly name: string
  readonly title: string
  /** Beside the title: what it is about at the moment. */
  readonly note?: ReactNode
  readonly children: ReactNode
}

/** A part of the page, with its title. */
export const Panel = ({ name, title, note, children }: PanelProps) => {
  const id = useId()
  return (
    <section className={`panel ${name}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <div className="note">{note}</div>
      </header>
      {children}
    </section>
  )
}
